/**
 * Which Python runs the server and the user's programs.
 *
 * Knows nothing of VS Code: what it needs from outside is a `Host`, so that every rule can be tested without an editor.
 */
import * as path from 'node:path';

export const OLDEST: readonly [number, number] = [3, 10];

/** What the choice depends on. */
export interface Host {
  /** `gradsight.interpreter`, as the user wrote it. */
  readonly setting: string;
  /** Without trust nothing that lies in the workspace may be started. */
  readonly trusted: boolean;
  /** The workspace folders, the one that matters most first. */
  readonly folders: readonly string[];
  readonly platform: NodeJS.Platform;
  /** The environment variable PATH. */
  readonly searchPath: string;
  readonly home: string;
  exists(file: string): boolean;
  /** The file with every symbolic link on its way resolved; itself where that fails. */
  realPath(file: string): string;
  /** The interpreter that the Python extension has selected, where that extension is installed. */
  selectedElsewhere(): Promise<string | undefined>;
  /** Starts the interpreter and asks for its version, "3.11.7"; a rejected promise says why it could not. */
  version(interpreter: string): Promise<string>;
}

/** An interpreter that can be used. */
export interface Choice {
  readonly interpreter: string;
  readonly version: string;
  /** Who named it, in words that go behind "from". */
  readonly source: string;
  /** Why better candidates were passed over: complete sentences. */
  readonly passedOver: readonly string[];
}

/** No interpreter can be used; `message` tells the user why and what to do. */
export class NoInterpreter extends Error {}

/** The rules for paths of the host's system, which in tests is not the one that runs them. */
const paths = (host: Host): path.PlatformPath => (host.platform === 'win32' ? path.win32 : path.posix);

interface Candidate {
  readonly interpreter: string;
  readonly source: string;
}

const HOW_TO_SET = 'Set gradsight.interpreter to the path of a Python 3.10 or newer.';

/**
 * The first usable interpreter of: the setting, the Python extension's selection, a virtual environment of a
 * workspace folder, PATH. A setting is an order: where it cannot be used nothing else is tried.
 */
export async function chooseInterpreter(host: Host): Promise<Choice> {
  if (host.setting.trim() !== '') {
    return ordered(host, host.setting.trim());
  }
  const passedOver: string[] = [];
  const tried = new Set<string>();
  for await (const candidate of candidates(host)) {
    if (tried.has(candidate.interpreter)) {
      continue;
    }
    tried.add(candidate.interpreter);
    const outcome = await examine(host, candidate);
    if (typeof outcome !== 'string') {
      return { ...outcome, passedOver };
    }
    passedOver.push(outcome);
  }
  const why = passedOver.length > 0 ? passedOver.join(' ') : 'No Python was found on PATH.';
  throw new NoInterpreter(`${why} ${HOW_TO_SET}`);
}

async function ordered(host: Host, setting: string): Promise<Choice> {
  const candidate = { interpreter: expand(host, setting), source: 'the setting gradsight.interpreter' };
  if (!host.trusted && inWorkspace(host, candidate.interpreter)) {
    throw new NoInterpreter(
      `gradsight.interpreter names ${candidate.interpreter}, which lies in this workspace, and the workspace is not trusted.`,
    );
  }
  if (!paths(host).isAbsolute(candidate.interpreter)) {
    throw new NoInterpreter(`gradsight.interpreter is set to ${setting}, which is not on PATH.`);
  }
  if (!host.exists(candidate.interpreter)) {
    throw new NoInterpreter(`gradsight.interpreter is set to ${candidate.interpreter}, which does not exist.`);
  }
  const outcome = await examine(host, candidate);
  if (typeof outcome === 'string') {
    throw new NoInterpreter(`gradsight.interpreter cannot be used: ${outcome}`);
  }
  return { ...outcome, passedOver: [] };
}

/** The setting as a path: `~` and `${workspaceFolder}` filled in, a bare name looked up on PATH. */
function expand(host: Host, setting: string): string {
  const folder = host.folders[0] ?? '';
  const written = setting.replaceAll('${workspaceFolder}', folder).replace(/^~(?=$|[\\/])/, host.home);
  if (paths(host).isAbsolute(written)) {
    return written;
  }
  if (/[\\/]/.test(written)) {
    return paths(host).resolve(folder, written);
  }
  return onPath(host, [written, `${written}.exe`]).next().value ?? written;
}

async function* candidates(host: Host): AsyncGenerator<Candidate> {
  const windows = host.platform === 'win32';
  if (host.trusted) {
    const selected = await host.selectedElsewhere();
    if (selected !== undefined) {
      yield { interpreter: selected, source: 'the Python extension' };
    }
    for (const folder of host.folders) {
      for (const name of ['.venv', 'venv']) {
        const inside = windows ? ['Scripts', 'python.exe'] : ['bin', 'python'];
        const interpreter = paths(host).join(folder, name, ...inside);
        if (host.exists(interpreter)) {
          yield { interpreter, source: `the folder ${name}` };
        }
      }
    }
  }
  const names = windows ? ['python.exe', 'python3.exe', 'py.exe'] : ['python3', 'python'];
  for (const interpreter of onPath(host, names)) {
    yield { interpreter, source: 'PATH' };
  }
}

/** Files with one of these names on PATH: all with the first name, then all with the second. */
function* onPath(host: Host, names: readonly string[]): Generator<string, undefined> {
  const folders = host.searchPath.split(paths(host).delimiter);
  for (const name of names) {
    for (const folder of folders) {
      // A relative entry means the working directory: the workspace, whoever wrote it.
      if (!paths(host).isAbsolute(folder)) {
        continue;
      }
      const file = paths(host).join(folder, name);
      if ((host.trusted || !inWorkspace(host, file)) && host.exists(file)) {
        yield file;
      }
    }
  }
  return undefined;
}

/** Whether a file lies in the workspace, by its name or by the folder it really is in. */
function inWorkspace(host: Host, file: string): boolean {
  const { basename, dirname, isAbsolute, join, normalize, relative, sep } = paths(host);
  const places = [normalize(file), host.realPath(file), join(host.realPath(dirname(file)), basename(file))];
  const roots = host.folders.flatMap((folder) => [normalize(folder), host.realPath(folder)]);
  return places.some((place) =>
    roots.some((root) => {
      const way = relative(root, place);
      return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
    }),
  );
}

/** The candidate with its version, or a sentence that says why it cannot be used. */
async function examine(host: Host, candidate: Candidate): Promise<Omit<Choice, 'passedOver'> | string> {
  let version: string;
  try {
    version = (await host.version(candidate.interpreter)).trim();
  } catch (error) {
    return `${candidate.interpreter} (from ${candidate.source}) does not start: ${firstLine(error)}.`;
  }
  const numbers = /^(\d+)\.(\d+)/.exec(version);
  if (numbers === null) {
    return `${candidate.interpreter} (from ${candidate.source}) does not answer like a Python.`;
  }
  const [major, minor] = [Number(numbers[1]), Number(numbers[2])];
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return `${candidate.interpreter} (from ${candidate.source}) is Python ${version}; Gradsight needs ${OLDEST.join('.')} or newer.`;
  }
  return { ...candidate, version };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n').find((line) => line.trim() !== '') ?? 'no reason given').trim().replace(/\.$/, '');
}
