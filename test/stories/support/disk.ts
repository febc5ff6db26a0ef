import { spawnSync } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";

/** A small disk at a folder. */
export interface SmallDisk {
  /** Leaves no byte free. */
  fill(): Promise<void>;
  /** Gives back what {@link fill} took. */
  clear(): Promise<void>;
  unmount(): void;
}

/** Mounts a small disk in memory at a new folder; undefined where that is not permitted, which is shown. */
export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk | undefined> {
  await mkdir(folder, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", folder]);
  if (mounted.status !== 0) {
    process.stderr.write("a full disk is not tried: this computer does not let us mount a small one\n");
    return undefined;
  }
  const filler = join(folder, "filler");
  return {
    async fill() {
      const file = await open(filler, "w");
      try {
        for (let size = 1 << 20; size >= 1; size = size >> 4)
          while ((await file.write(Buffer.alloc(size)).catch(() => ({ bytesWritten: 0 }))).bytesWritten === size);
      } finally {
        await file.close();
      }
    },
    clear: () => rm(filler),
    unmount() {
      spawnSync("umount", ["--lazy", folder]);
    },
  };
}
