import { expect, test } from "vitest";
import { renderSha256Sums } from "./sums.ts";

test("each file has a line with its SHA-256 and name", () => {
  expect(
    renderSha256Sums([
      ["clomoctl-0.1.0.tar.gz", Buffer.from("abc")],
      ["empty", Buffer.alloc(0)],
    ]),
  ).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  clomoctl-0.1.0.tar.gz\n" +
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n",
  );
});
