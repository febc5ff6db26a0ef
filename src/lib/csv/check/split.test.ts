import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSplit } from "./split.ts";
import type { Encoding } from "../records/record.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "split-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Place {
  readonly offset?: number;
  readonly encoding?: Encoding;
  readonly delimiter?: string;
  readonly width?: number;
}

/** The texts before and after the split. */
const split = async (content: string | Uint8Array, place: Place = {}): Promise<readonly string[] | undefined> => {
  const { offset = 0, encoding = "utf-8", delimiter = ",", width = 2 } = place;
  const path = join(folder, "input.csv");
  await writeFile(path, content);
  const file = await open(path);
  try {
    const found = await findSplit(file, offset, { encoding, delimiter, width });
    const bytes = Buffer.from(content);
    return found && [bytes.toString("latin1", 0, found.newline), bytes.toString("latin1", found.next)];
  } finally {
    await file.close();
  }
};

describe("findSplit", () => {
  it.each([
    ["an LF", "a,b\nc,d\n", ["a,b", "c,d\n"]],
    ["a CR", "a,b\rc,d\r", ["a,b", "c,d\r"]],
    ["a CRLF as a whole", "a,b\r\nc,d\r\n", ["a,b", "c,d\r\n"]],
    ["the first line with all cells", "a\nb\nc,d\ne,f\n", ["a\nb", "c,d\ne,f\n"]],
    ["the first line, where none has them", "a\nb\nc\n", ["a", "b\nc\n"]],
    ["no blank line before it", "\na,b\nc,d\n", ["\na,b", "c,d\n"]],
    ["no blank line behind it", "a,b\n\nc,d\ne,f\n", ["a,b\n\nc,d", "e,f\n"]],
    ["no blank line of CRLF behind it", "a,b\r\n\r\nc,d\r\ne,f\r\n", ["a,b\r\n\r\nc,d", "e,f\r\n"]],
    ["no blank line behind it, where no line has all cells", "a\n\nb\nccc\n", ["a\n\nb", "ccc\n"]],
    ["a line that the file's end ends", "a,b\nc,d,e", ["a,b", "c,d,e"]],
    ["nothing where there is one line", "a,b,c,d", undefined],
    ["nothing so near the end that no record follows", "a,b\nc,", undefined],
  ])("finds %s", async (_, content, wanted) => {
    expect(await split(content)).toEqual(wanted);
  });

  it("does not split before a byte order mark, which the second reader would drop", async () => {
    expect(await split("a,b\n\ufeffc,d\ne,f\n")).toEqual([Buffer.from("a,b\n\ufeffc,d").toString("latin1"), "e,f\n"]);
  });

  it.each(["\ufefc", "\ufe3f", "\u1eff"])(
    "splits before %s, whose bytes resemble a byte order mark",
    async (letter) => {
      expect(await split(`a,b\n${letter}c,d\n`)).toEqual(["a,b", Buffer.from(`${letter}c,d\n`).toString("latin1")]);
    },
  );

  it("starts the search at the offset", async () => {
    expect(await split("a,b\nc,d\ne,f\n", { offset: 4 })).toEqual(["a,b\nc,d", "e,f\n"]);
    expect(await split("a,b\nc,d\ne,f\n", { offset: 3 })).toEqual(["a,b\nc,d", "e,f\n"]);
  });

  it("counts the delimiters of the file's dialect up to the newline", async () => {
    expect(await split("a,b\nc;d,\ne;f;g\nh;i;j\n", { delimiter: ";", width: 3 })).toEqual([
      "a,b\nc;d,",
      "e;f;g\nh;i;j\n",
    ]);
  });

  it.each([
    ["shift_jis", ",", ["a,b", "c,d\n"]],
    ["utf-16le", ",", undefined],
    ["utf-16be", ",", undefined],
    ["utf-8", "::", undefined],
  ] as const)("in %s with %j", async (encoding, delimiter, wanted) => {
    expect(await split("a,b\nc,d\n", { encoding, delimiter })).toEqual(wanted);
  });
});
