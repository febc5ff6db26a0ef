import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { Outputs } from "../../../lib/files/index.ts";
import { Terminal } from "../../../lib/terminal/index.ts";
import { freshFolder } from "#support/commands/program.ts";
import { writeOutput, type OutputTools } from "./output.ts";

/** Tools with this stdout, for an output `out.csv` that may be replaced. */
async function toolsWith(stdout: Writable): Promise<OutputTools & { readonly workingFolder: string }> {
  const workingFolder = freshFolder();
  const place = { stdin: () => new PassThrough(), stdout, stderr: new PassThrough(), environment: {}, clock: () => 0 };
  const processes = { self: 1, place: "here", isAlive: () => true, startOf: () => undefined };
  const temporary = { temporaryFolder: join(workingFolder, "tmp"), processes };
  const outputs = new Outputs({
    temporary,
    workingFolder,
    kept: [],
    userId: undefined,
    stdout: () => expect.unreachable(),
  });
  await outputs.declare([{ name: "out.csv" }]);
  outputs.permitReplacing();
  return { terminal: new Terminal(place, { lang: "en" }), temporary, outputs, workingFolder };
}

class SlowReader extends Writable {
  taken = "";
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    setImmediate(() => {
      this.taken += chunk.toString();
      done();
    });
  }
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test.each([true, false])("stdout has received every byte when the write is done, held: %s", async (held) => {
  const reader = new SlowReader();
  await writeOutput(await toolsWith(reader), "-", pieces("a", "b", "c"), { held });
  expect(reader.taken).toBe("abc");
});

test("stops producing output when the reader is gone", async () => {
  const reader = new SlowReader();
  const tools = await toolsWith(reader);
  let made = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      made += 1;
      if (made === 3) {
        reader.destroy();
        await new Promise((resolve) => void setImmediate(resolve));
      }
      yield Buffer.from("x");
    }
  }
  await writeOutput(tools, "-", endless(), { held: false });
  expect(made).toBe(3);
});

test("resolves a file from the working folder, and keeps the old file if the write fails", async () => {
  const tools = await toolsWith(new PassThrough());
  const file = join(tools.workingFolder, "out.csv");
  writeFileSync(file, "old");
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("new");
    throw new TypeError("boom");
  }
  await expect(writeOutput(tools, "out.csv", failing(), { held: false })).rejects.toThrow("boom");
  expect(readFileSync(file, "utf8")).toBe("old");
  await writeOutput(tools, "out.csv", pieces("ne", "w"), { held: true });
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(readdirSync(tools.workingFolder).toSorted()).toEqual(["out.csv", "tmp"]);
});
