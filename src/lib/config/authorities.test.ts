import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readAuthorities } from "./authorities.ts";

const [first = "", second = ""] = rootCertificates;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "authorities-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const authoritiesIn = async (content: string | Uint8Array): Promise<readonly string[]> => {
  const file = join(folder, "ca.pem");
  await writeFile(file, content);
  return readAuthorities(file);
};

test("reads all certificates of a file, whatever is between them", async () => {
  expect(await authoritiesIn(`Subject: 認証局\n${first}\r\n\r\n# next\n${second}\n`)).toEqual([first, second]);
  const inShiftJis = Buffer.concat([Buffer.from("# "), Buffer.of(0x8e, 0x52), Buffer.from(`\n${first}\n`)]);
  expect(await authoritiesIn(inShiftJis)).toEqual([first]);
});

test.each([
  ["nothing", ""],
  ["a key", "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"],
  ["a damaged certificate beside a good one", `${first}\n${second.replace("MII", "MIJ")}`],
])("refuses a file with %s", async (_, content) => {
  await expect(authoritiesIn(content)).rejects.toMatchObject({ code: "input-rejected" });
});

test("a missing file is not found", async () => {
  await expect(readAuthorities(join(folder, "gone.pem"))).rejects.toMatchObject({ code: "not-found" });
});
