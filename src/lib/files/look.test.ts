import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keepsOwners, lookAt, networkFileSystemOf } from "./look.ts";

const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "look-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

test("a file and a folder are told apart, with their permissions", async () => {
  const folder = freshFolder();
  const file = join(folder, "a");
  writeFileSync(file, "abc");
  chmodSync(file, 0o640);
  expect(await lookAt(file)).toMatchObject({ isFolder: false, mode: 0o640, bytes: 3, isWritable: true });
  mkdirSync(join(folder, "b"), { mode: 0o700 });
  expect(await lookAt(join(folder, "b"))).toMatchObject({ isFolder: true, mode: 0o700 });
});

test("where nothing is, also below a file, there is nothing; what cannot be looked at is thrown", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "a"), "");
  expect(await lookAt(join(folder, "none"))).toBeUndefined();
  expect(await lookAt(join(folder, "a", "b"))).toBeUndefined();
  await expect(lookAt(join(folder, "x".repeat(300)))).rejects.toMatchObject({ code: "ENAMETOOLONG" });
});

test.each([
  [0x6969, "linux", "NFS"],
  [0xfe534d42, "linux", "SMB"],
  [0xff534d42 - 2 ** 32, "linux", "CIFS"],
  [0xef53, "linux", undefined],
  // other systems number them otherwise
  [0x6969, "darwin", undefined],
])("type %i on %s is %s", (type, platform, name) => {
  expect(networkFileSystemOf("/x", platform, () => type)).toBe(name);
});

test.each([
  [String.raw`\\server\share`, "SMB"],
  [String.raw`\\?\C:\x`, undefined],
  [String.raw`C:\x`, undefined],
])("%s on Windows is %s", (path, name) => {
  expect(networkFileSystemOf(path, "win32")).toBe(name);
});

test("what cannot be told is no network", () => {
  const refuse = (): number => {
    throw new Error("no");
  };
  expect(networkFileSystemOf("/x", "linux", refuse)).toBeUndefined();
  expect(networkFileSystemOf(tmpdir(), process.platform)).toBeUndefined();
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
])("the file system of %s keeps owners: %s", (path, keeps) => {
  expect(keepsOwners(path, "linux", () => MOUNTS)).toBe(keeps);
});

test("where mounts cannot be read, all but Windows keep owners", () => {
  const unreadable = (): never => {
    throw new Error("no /proc");
  };
  expect(["linux", "darwin", "win32"].map((platform) => keepsOwners("/x", platform, unreadable))).toEqual([
    true,
    true,
    false,
  ]);
});
