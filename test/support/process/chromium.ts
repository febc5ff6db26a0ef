import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { chromium as browsers, type Browser } from "playwright-core";

/** A browser, and the folder its program was unpacked into. */
export interface StartedChromium extends AsyncDisposable {
  readonly browser: Browser;
  /** a program that runs the same Chromium; without its sandbox, which root cannot have */
  readonly program: string;
}

/**
 * Starts a real Chromium; dispose of it in the end. The package unpacks its program into the temporary folder and takes
 * one that lies there for whole: each start has a folder of its own, as test files run at the same time.
 *
 * @throws Error with a clear text where it does not start
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

/** The package asks for the temporary folder only. */
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
