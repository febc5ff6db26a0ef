import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { chromium as browsers, type Browser } from "playwright-core";

/** A running browser. Disposing of the object also deletes the browser's folder. */
export interface StartedChromium extends AsyncDisposable {
  readonly browser: Browser;
  /** a script that runs this Chromium without its sandbox, which does not work for root */
  readonly program: string;
}

/**
 * Starts a real Chromium, which the caller must dispose of. Each start uses a new folder, because test files run in
 * parallel and an incomplete copy would look complete. @throws Error if Chromium does not start
 */
export async function startChromium(): Promise<StartedChromium> {
  const folder = await mkdtemp(join(tmpdir(), "clomoctl-chromium-"));
  try {
    const executablePath = await unpackInto(folder);
    const program = join(folder, "browser");
    await writeFile(program, `#!/bin/sh\nexec '${executablePath}' --no-sandbox "$@"\n`, { mode: 0o700 });
    const browser = await browsers.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-background-networking"],
    });
    return {
      browser,
      program,
      async [Symbol.asyncDispose]() {
        await browser.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new Error("Chromium (the npm package @sparticuz/chromium) does not start on this machine", { cause });
  }
}

async function unpackInto(folder: string): Promise<string> {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    return await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
