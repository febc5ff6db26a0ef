import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { canStoreFileOwners, readFileStatus } from "./look.ts";

const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "look-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

test("distinguishes a file and a folder, with their permissions", async () => {
  const folder = freshFolder();
  const file = join(folder, "a");
  writeFileSync(file, "abc");
  chmodSync(file, 0o640);
  expect(await readFileStatus(file)).toMatchObject({ isFolder: false, mode: 0o640, bytes: 3, isWritable: true });
  mkdirSync(join(folder, "b"), { mode: 0o700 });
  expect(await readFileStatus(join(folder, "b"))).toMatchObject({ isFolder: true, mode: 0o700 });
});

test("returns undefined for a missing path, even below a file, and throws for an invalid one", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "a"), "");
  expect(await readFileStatus(join(folder, "none"))).toBeUndefined();
  expect(await readFileStatus(join(folder, "a", "b"))).toBeUndefined();
  await expect(readFileStatus(join(folder, "x".repeat(300)))).rejects.toMatchObject({ code: "ENAMETOOLONG" });
});

const MOUNTS = String.raw`rootfs / rootfs rw 0 0
/dev/sda1 / ext4 rw,relatime 0 0
C:\134 /mnt/c 9p rw,noatime,aname=drvfs;path=C:\;uid=1000;gid=1000;symlinkroot=/mnt/ 0 0
D:\134 /mnt/d 9p rw,noatime,aname=drvfs;path=D:\;uid=1000;metadata;symlinkroot=/mnt/ 0 0
E: /mnt/e drvfs rw,noatime,uid=1000 0 0
host /mnt/host 9p rw,trans=virtio 0 0
/dev/sdb1 /media/my\040stick vfat rw,uid=1000 0 0
tmpfs /media/my\040stick/over tmpfs rw 0 0`;

test.each([
  ["/home/taro", true],
  ["/mnt/c/Users/taro", false],
  ["/mnt/c", false],
  ["/mnt/cc", true],
  ["/mnt/d/home", true],
  ["/mnt/e/home", false],
  ["/mnt/host/home", true],
  ["/media/my stick/home", false],
  ["/media/my stick/over/home", true],
])("whether the file system of %s keeps owners: %s", (path, keeps) => {
  expect(canStoreFileOwners(path, "linux", () => MOUNTS)).toBe(keeps);
});
