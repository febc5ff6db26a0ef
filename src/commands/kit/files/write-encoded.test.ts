import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { Outputs } from "../../../lib/files/index.ts";
import { Terminal } from "../../../lib/terminal/index.ts";
import { writeEncoded } from "./write-encoded.ts";
import { type OutputTextFormat } from "./text-format.ts";
import { writeOutput, type OutputTools } from "./outputs.ts";
import { freshFolder } from "#support/folder.ts";

class Kept {
  readonly stream = new PassThrough();
  readonly #chunks: Buffer[] = [];

  constructor() {
    this.stream.on("data", (chunk: Buffer) => void this.#chunks.push(chunk));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

async function setUp(
  reader?: Writable,
): Promise<OutputTools & { readonly stdout: Kept; readonly stderr: Kept; readonly folder: string }> {
  const folder = freshFolder();
  const [stdout, stderr] = [new Kept(), new Kept()];
  const place = { stdin: () => new PassThrough(), stdout: reader ?? stdout.stream, stderr: stderr.stream };
  const terminal = new Terminal({ ...place, environment: {}, clock: () => 0 }, { lang: "en" });
  const processes = { self: 1, place: "here", isAlive: () => true, startOf: () => undefined };
  const temporary = { temporaryFolder: join(folder, "tmp"), processes };
  const outputs = new Outputs({
    temporary,
    workingFolder: folder,
    kept: [],
    userId: undefined,
    stdout: () => expect.unreachable(),
  });
  await outputs.declare([{ name: "out.csv" }]);
  return { terminal, temporary, outputs, stdout, stderr, folder };
}

const content = (text: string, size: number) => async () => {
  const bytes = Buffer.from(text);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return chunks();
};

const CP932: OutputTextFormat = { encoding: "shift_jis", onUnmappable: "error" };

describe("writeEncoded", () => {
  const TEXT = 'a,b\r\n表,"é\r\n𠮷"\r\n🙂,〜\r\n';

  it.each([1, 2, 3, 5, 1000])("reports every place, whatever the chunk size: %i bytes", async (size) => {
    const tools = await setUp();
    const written = writeEncoded(tools, "out.csv", CP932, content(TEXT, size));
    const failure = await written.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({
      code: "input-rejected",
      problems: [
        { row: 2, column: 2, codePoint: "U+00E9" },
        { row: 2, column: 2, codePoint: "U+20BB7" },
        { row: 3, column: 1, codePoint: "U+1F642" },
      ],
    });
    expect((await readdir(tools.folder)).filter((name) => name !== "tmp")).toEqual([]);
    expect(tools.stderr.bytes.toString()).toContain("out.csv:2:2: U+00E9 (é) cannot be represented in shift_jis\n");
  });

  it("writes nothing to stdout and leaves nothing in the home", async () => {
    const tools = await setUp();
    await expect(writeEncoded(tools, "-", CP932, content(TEXT, 4))).rejects.toBeInstanceOf(Failure);
    expect(tools.stdout.bytes.length).toBe(0);
    expect(await readdir(join(tools.folder, "tmp"))).toEqual([]);
  });

  it("counts the replaced and the folded characters", async () => {
    const tools = await setUp();
    await writeEncoded(tools, "-", { ...CP932, onUnmappable: "replace" }, content(TEXT, 4));
    expect(new TextDecoder("shift_jis").decode(tools.stdout.bytes)).toBe('a,b\r\n表,"〓\r\n〓"\r\n〓,～\r\n');
    expect(tools.stderr.bytes.toString()).toBe(
      "1 character replaced by similar characters that Shift_JIS has (for example, 〜 by ～)\n3 characters replaced by 〓\n",
    );
  });

  it.each<[string, OutputTextFormat, number]>([
    ["nothing, where all of it must be looked at first", CP932, 0],
    ["what came, where characters are replaced", { ...CP932, onUnmappable: "replace" }, 1],
    ["what came, where every character can be held", { ...CP932, encoding: "utf-8" }, 1],
  ])("before the end, stdout has received %s", async (_, form, length) => {
    const tools = await setUp();
    let seen: number | undefined;
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a");
      await new Promise((resolve) => void setImmediate(resolve));
      seen = tools.stdout.bytes.length;
      yield Buffer.from("b");
    }
    await writeEncoded(tools, "-", form, async () => slow());
    expect([seen, tools.stdout.bytes.toString()]).toEqual([length, "ab"]);
  });
});

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

it.each([true, false])("stdout has received every byte when the write is done, held: %s", async (held) => {
  const reader = new SlowReader();
  await writeOutput(await setUp(reader), "-", pieces("a", "b", "c"), { held });
  expect(reader.taken).toBe("abc");
});

it("stops producing output when the reader is gone", async () => {
  const reader = new SlowReader();
  const tools = await setUp(reader);
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
