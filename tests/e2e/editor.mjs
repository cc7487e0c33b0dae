// VS Code in a browser, driven the way a person drives it: keys, clicks, and looking at the page.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CodeServer } from './codeServer.mjs';
import { until } from './until.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const SHOTS = path.join(here, 'shots');
const PICTURES = path.join(here, '..', '..', 'docs', 'images');
const BROWSER_OPTIONS = [
  '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-default-apps', '--disable-extensions', '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

export class Editor {
  /** Options as for `CodeServer.start`. */
  static async start(options) {
    const editor = new Editor();
    fs.mkdirSync(SHOTS, { recursive: true });
    editor.server = await CodeServer.start(options);
    editor.browser = await chromium.launchPersistentContext(path.join(editor.server.root, 'browser'), {
      executablePath: process.env.GRADSIGHT_CHROMIUM ?? '/usr/bin/chromium',
      args: BROWSER_OPTIONS,
      viewport: { width: 1180, height: 720 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    editor.page = editor.browser.pages()[0] ?? await editor.browser.newPage();
    editor.page.setDefaultTimeout(60_000);
    await editor.page.goto(`${editor.server.url}?folder=${encodeURIComponent(editor.server.workspace)}`, { waitUntil: 'domcontentloaded' });
    await editor.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await editor.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    return editor;
  }

  /** Does what a test does; where it fails, a screenshot shows at what. */
  async does(what) {
    try {
      await what();
    } catch (error) {
      await this.shot(`failed-${new Date().toISOString().replaceAll(/\D/g, '')}`);
      throw error;
    }
  }

  read(name) {
    return fs.readFileSync(path.join(this.server.workspace, name), 'utf8');
  }

  async shot(name) {
    await this.page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
  }

  /** A picture for the documentation, taken only when they are to be renewed; `height` counts from the editor's top. */
  async picture(name, height) {
    await this.shot(name);
    if (!process.env.GRADSIGHT_PICTURES) return;
    fs.mkdirSync(PICTURES, { recursive: true });
    const box = await this.page.locator('.part.editor').boundingBox();
    const clip = { x: box.x, y: box.y, width: box.width, height: Math.min(height, box.height) };
    await this.page.screenshot({ path: path.join(PICTURES, `${name}.png`), clip });
  }

  /** Opens a file by its name. */
  async open(name) {
    await this.pick('Control+p', name, (first) => first.includes(name));
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  /** Runs a command of the palette by its whole title. */
  async command(title) {
    await this.pick('F1', `>${title}`, (first) => first.includes(title));
  }

  /** Puts the caret at a place, counted from 1. */
  async goto(line, column) {
    await this.pick('Control+g', `:${line}:${column}`, () => true);
    const place = `Ln ${line}, Col ${column}`;
    await until(`the caret at ${place}`, async () => (await this.page.locator('#status\\.editor\\.selection').innerText()).includes(place));
  }

  async save(name) {
    await this.page.keyboard.press('Control+s');
    await until(`${name} to be saved`, async () => await this.page.locator(`.tab.active.dirty[data-resource-name="${name}"]`).count() === 0);
  }

  /** Types into the box that `key` opens, and accepts the first row once it is the wanted one. */
  async pick(key, text, wanted) {
    const input = this.page.locator('.quick-input-widget .quick-input-box input').first();
    await until(`the box that ${key} opens`, async () => {
      if (await input.isVisible()) return true;
      await this.page.keyboard.press(key);
      return input.waitFor({ timeout: 1000 }).then(() => true, () => false);
    });
    await input.fill(text);
    await until(`"${text}" to be the first row`, async () => wanted(await this.page.locator('.quick-input-list .monaco-list-row').first().innerText()));
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
  }

  /**
   * Which texts the squiggles of one severity underline in the editor on show, each with its line: "y += 1".
   * A squiggle is a box below the text: what it underlines is read off where it stands.
   */
  squiggled(severity, within = '.part.editor .editor-instance') {
    return this.page.evaluate(([severity, within]) => {
      const found = [];
      for (const mark of document.querySelectorAll(`${within} .cdr.squiggly-${severity}`)) {
        const box = mark.getBoundingClientRect();
        const middle = box.top + box.height / 2;
        const line = [...document.querySelectorAll(`${within} .view-line`)].find((each) => {
          const at = each.getBoundingClientRect();
          return at.top <= middle && middle <= at.bottom && at.height > 0;
        });
        if (line === undefined) continue;
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        let text = '';
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          for (let index = 0; index < node.data.length; index++) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + 1);
            const letter = range.getBoundingClientRect();
            const centre = letter.left + letter.width / 2;
            if (box.left <= centre && centre <= box.right) text += node.data[index];
          }
        }
        found.push(text.replaceAll('\u00a0', ' '));
      }
      return found;
    }, [severity, within]);
  }

  /** Waits until exactly these texts are underlined with one severity. */
  async sees(severity, texts, within = undefined) {
    const wanted = JSON.stringify([...texts].sort());
    let seen;
    await until(`squiggles (${severity}) under ${wanted}`, async () => {
      seen = JSON.stringify((await this.squiggled(severity, within)).sort());
      return seen === wanted;
    }).catch((error) => {
      throw new Error(`${error.message}; saw ${seen}`);
    });
  }

  /** Opens the menu of quick fixes at the caret and returns its entries. The server may be a moment behind. */
  async quickFixes() {
    const entries = this.page.locator('.action-widget .monaco-list-row.action .title');
    await until('the menu of quick fixes', async () => {
      await this.page.keyboard.press('Control+.');
      return entries.first().waitFor({ timeout: 2000 }).then(() => true, () => false);
    });
    return entries.allInnerTexts();
  }

  /** Shows the hover at the caret and waits until it says something. */
  async hover(says) {
    const hover = this.page.locator('.monaco-hover:visible').filter({ hasText: says }).first();
    await until(`a hover with ${says}`, async () => {
      await this.page.keyboard.press('Control+k');
      await this.page.keyboard.press('Control+i');
      return hover.waitFor({ timeout: 3000 }).then(() => true, () => false);
    });
  }

  /** The code lenses with this title, once there is one. */
  async lens(title) {
    const lenses = this.page.locator('.part.editor .codelens-decoration a').getByText(title, { exact: true });
    await lenses.first().waitFor();
    return lenses;
  }

  /** Waits for a notification with progress, and unless told otherwise until it has gone; returns it. */
  async progress(title, toItsEnd = true) {
    const toast = this.page.locator('.notification-toast').filter({ hasText: title, has: this.page.locator('.monaco-progress-container') }).first();
    await toast.waitFor();
    if (toItsEnd) await toast.waitFor({ state: 'hidden', timeout: 60_000 });
    return toast;
  }

  /** The messages of the notifications on show. */
  notifications() {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }

  /** Closes the browser and the server; returns what should have ended with them and did not. */
  async stop() {
    await this.browser?.close().catch(() => {});
    return this.server.stop();
  }
}
