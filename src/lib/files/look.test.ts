import { expect, test } from "vitest";
import { canStoreFileOwners } from "./look.ts";

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
