import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { rereadFile } from "./reread.ts";

const fileOf = (text: string): InputFile => ({
  label: "in.csv",
  path: "/in.csv",
  bytes: text.length,
  async *chunks() {
    yield Buffer.from(text);
  },
  [Symbol.asyncDispose]: async () => undefined,
});

const planOf = (text: string): Import =>
  ({ inputSha256: createHash("sha256").update(text).digest("hex") }) as unknown as Import;

test("returns a file that still matches the plan, and refuses another file at its end", async () => {
  expect(await Array.fromAsync(rereadFile(fileOf("a"), planOf("a")))).toEqual([Buffer.from("a")]);
  await expect(Array.fromAsync(rereadFile(fileOf("b"), planOf("a")))).rejects.toMatchObject({
    code: "input-rejected",
    where: "in.csv",
  });
});
