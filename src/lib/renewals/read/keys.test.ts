import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { NeighbourKeys } from "./keys.ts";

const pem = (content: string, label = "PRIVATE KEY"): string =>
  `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----`;

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
};

test("finds all unencrypted keys in a token's folder, those named .key first", async () => {
  const folder = folderWith({
    "a.pem": pem("QQ==", "RSA PRIVATE KEY"),
    "b.key": pem("Qg=="),
    "c.KEY": pem("Qw=="),
    "d.key": pem("RA==", "ENCRYPTED PRIVATE KEY"),
    "e.txt": pem("RQ=="),
  });
  const keys = await new NeighbourKeys().of(join(folder, "token.p7m"));
  expect(keys.map((key) => key.trim())).toEqual([pem("Qg=="), pem("Qw=="), pem("QQ==", "RSA PRIVATE KEY")]);
});

test("reads a folder once for all its tokens", async () => {
  const folder = folderWith({ "a.key": pem("QQ==") });
  const neighbours = new NeighbourKeys();
  const before = await neighbours.of(join(folder, "one.p7m"));
  writeFileSync(join(folder, "b.key"), pem("Qg=="));
  expect(await neighbours.of(join(folder, "other.p7m"))).toBe(before);
  expect(before).toHaveLength(1);
});
