// Waiting for a condition, which is how every step of an editor test ends.

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The first truthy answer of `test`; an error that says what it last answered when there is none in time. */
export async function until(what, test, limitMs = 60_000) {
  const end = Date.now() + limitMs;
  let last;
  for (;;) {
    try {
      last = await test();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const said = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`waited ${limitMs} ms for ${what}; at last: ${said}`);
    }
    await pause(50);
  }
}
