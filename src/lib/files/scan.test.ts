import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, realpath, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createServer } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { scanFiles, type ScannedFile } from "./scan.ts";
import { freshFolder } from "#support/folder.ts";

const MAX_BYTES = 1024 * 1024;
const PEM = { expected: /\.(?:pem|cer|p7m|vpptoken)$/i, maxBytes: MAX_BYTES };

const place = (): Promise<string> => realpath(freshFolder());

const told = (scanned: ScannedFile): string =>
  "reason" in scanned
    ? `${scanned.where}: ${scanned.reason.en}`
    : `${scanned.where} = ${Buffer.from(scanned.bytes).toString()}`;

const scanned = async (where: string, folder: string): Promise<string[]> =>
  (await Array.fromAsync(scanFiles(where, folder, PEM))).map(told);

test("reads files named like certificates on all levels, in the order of their names", async () => {
  const folder = await place();
  await mkdir(join(folder, "certs", "b", "deep"), { recursive: true });
  for (const name of ["z.pem", "a.CER", "notes.txt", "b/deep/t.vpptoken", "b/s_smime.p7m"]) {
    await writeFile(join(folder, "certs", name), name);
  }
  expect(await scanned("certs", folder)).toEqual([
    "certs/a.CER = a.CER",
    "certs/b/deep/t.vpptoken = b/deep/t.vpptoken",
    "certs/b/s_smime.p7m = b/s_smime.p7m",
    "certs/z.pem = z.pem",
  ]);
  expect(await scanned(join(folder, "certs", "notes.txt"), "/")).toEqual([
    `${join(folder, "certs/notes.txt")} = notes.txt`,
  ]);
  expect(await scanned("nothing.pem", folder)).toEqual(["nothing.pem: no such file"]);
});

test("does not wait for a pipe or a socket, whether named or found", async () => {
  const folder = await place();
  execFileSync("mkfifo", [join(folder, "pipe.pem")]);
  const server = createServer().listen(join(folder, "socket.pem"));
  onTestFinished(() => void server.close());
  await once(server, "listening");
  await writeFile(join(folder, "z.pem"), "z");
  const refusal = "neither a regular file nor a folder, so clomoctl does not open it";
  expect(await scanned(".", folder)).toEqual([`pipe.pem: ${refusal}`, `socket.pem: ${refusal}`, "z.pem = z"]);
  expect(await scanned("pipe.pem", folder)).toEqual([`pipe.pem: ${refusal}`]);
  expect(await scanned("/dev/zero", folder)).toEqual([`/dev/zero: ${refusal}`]);
});

test("does not read a file that is larger than a certificate can be, such as one of 1 GB", async () => {
  const folder = await place();
  for (const [name, bytes] of [
    ["huge.pem", 1024 ** 3],
    ["large.pem", MAX_BYTES + 1],
    ["longest.pem", MAX_BYTES],
  ] as const) {
    await writeFile(join(folder, name), "-----BEGIN CERTIFICATE-----");
    await truncate(join(folder, name), bytes);
  }
  const all = await Array.fromAsync(scanFiles(".", folder, PEM));
  const refusal = "the file is larger than 1024 KiB, so it is not read";
  expect(all.map((one) => ("reason" in one ? one.reason.en : one.bytes.length))).toEqual([refusal, refusal, MAX_BYTES]);
});

test("follows a named link, but no link that it finds", async () => {
  const folder = await place();
  await mkdir(join(folder, "certs", "sub"), { recursive: true });
  await writeFile(join(folder, "outside.pem"), "outside");
  for (const [target, name] of [
    ["../outside.pem", "a-out.pem"],
    ["/", "b-out"],
    ["loop.pem", "loop.pem"],
    ["..", "sub/up"],
    ["gone.pem", "dangling.pem"],
  ] as const) {
    await symlink(target, join(folder, "certs", name));
  }
  const all = await scanned("certs", folder);
  expect(all.map((line) => line.split(": the symbolic link is not followed")[0])).toEqual([
    "certs/a-out.pem",
    "certs/dangling.pem",
    "certs/loop.pem",
  ]);
  expect(await scanned("certs/loop.pem", folder)).toEqual(["certs/loop.pem: symbolic link cannot be followed"]);
  expect(await scanned("certs/a-out.pem", folder)).toEqual(["certs/a-out.pem = outside"]);
  await symlink("certs", join(folder, "named"));
  expect((await scanned("named", folder)).length).toBe(3);
});

test("reports a folder and a file without read permission (except for root), and reads the others", async () => {
  const folder = await place();
  await mkdir(join(folder, "closed"));
  await writeFile(join(folder, "closed", "a.pem"), "a");
  await writeFile(join(folder, "b.pem"), "b");
  await writeFile(join(folder, "c.pem"), "c");
  await chmod(join(folder, "closed"), 0);
  await chmod(join(folder, "b.pem"), 0);
  onTestFinished(() => chmod(join(folder, "closed"), 0o700));
  const bound = await readdir(join(folder, "closed")).then(
    () => false,
    () => true,
  );
  const refusal = "permission denied";
  expect(await scanned(".", folder)).toEqual(
    bound ? [`b.pem: ${refusal}`, "c.pem = c", `closed: ${refusal}`] : ["b.pem = b", "c.pem = c", "closed/a.pem = a"],
  );
});
