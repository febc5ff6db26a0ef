import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { renderSha256Sums, type ReleaseFile } from "./sums.ts";

const FILES: readonly ReleaseFile[] = [
  ["clomoctl-0.1.0.tar.gz", Buffer.from("abc")],
  ["empty", Buffer.alloc(0)],
];

test("each file has a line with its SHA-256 and name", () => {
  expect(renderSha256Sums(FILES)).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  clomoctl-0.1.0.tar.gz\n" +
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n",
  );
});

const SHA256SUM = spawnSync("sha256sum", ["--version"]).status === 0;

test.each(SHA256SUM ? [] : ["the sums"])("%s: not checked because sha256sum is not installed", () => {
  expect(SHA256SUM).toBe(false);
});

test.each(SHA256SUM ? ["sha256sum"] : [])("%s accepts the files and detects an altered file", (program) => {
  const folder = mkdtempSync(join(tmpdir(), "clomoctl-sums-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, bytes] of FILES) writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, "SHA256SUMS"), renderSha256Sums(FILES));
  const check = (): Pick<ReturnType<typeof spawnSync>, "status" | "stdout"> =>
    spawnSync(program, ["--check", "SHA256SUMS"], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
    });
  expect(check()).toMatchObject({ status: 0, stdout: "clomoctl-0.1.0.tar.gz: OK\nempty: OK\n" });
  writeFileSync(join(folder, "empty"), "no longer");
  expect(check()).toMatchObject({ status: 1, stdout: "clomoctl-0.1.0.tar.gz: OK\nempty: FAILED\n" });
});
