import { chmod, chown, lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Failure } from "../errors/index.ts";
import { readTrustedFile, writeProgramFile } from "./program-file.ts";
import { freshFolder } from "#support/folder.ts";

const { uid } = userInfo();

let folder: string;
let file: string;
beforeEach(async () => {
  folder = freshFolder();
  file = join(folder, "notify.yaml");
});

test("a file that cannot exist is missing, and any other error names the file", async () => {
  expect(readTrustedFile(file, uid)).toBeUndefined();
  await writeFile(file, "x");
  expect(readTrustedFile(join(file, "below"), uid)).toBeUndefined();
  const path = join(folder, "folder");
  await mkdir(path);
  expect(() => readTrustedFile(path, uid)).toThrow(expect.objectContaining({ code: "EISDIR", path }));
});

test("refuses a file that is not UTF-8, at its line", async () => {
  await writeFile(file, Buffer.concat([Buffer.from("language: ja\n# "), Buffer.of(0xb1)]));
  const refused = { code: "input-rejected", where: `${file}:2` };
  expect(() => readTrustedFile(file, uid)).toThrow(expect.objectContaining(refused));
});

describe.runIf(process.platform !== "win32")("on systems with file modes", () => {
  test.each([0o600, 0o644, 0o400, 0o755])("reads a file of mode %o", async (mode) => {
    await writeFile(file, "stages: [30]\n");
    await chmod(file, mode);
    expect(readTrustedFile(file, uid)).toBe("stages: [30]\n");
  });

  test.each([0o602, 0o620, 0o666, 0o777])(
    "refuses a file of mode %o, which others could have written",
    async (mode) => {
      await writeFile(file, "stages: [30]\n");
      await chmod(file, mode);
      const refused = {
        code: "not-permitted",
        where: file,
        hint: expect.objectContaining({ en: expect.stringContaining(`chmod go-w ${file}`) }),
      };
      expect(() => readTrustedFile(file, uid)).toThrow(expect.objectContaining(refused));
    },
  );

  test("refuses another user's file, but reads root's", async () => {
    await writeFile(file, "stages: [30]\n");
    const isRoot = uid === 0;
    const asOf = (user: number) => {
      try {
        return readTrustedFile(file, user);
      } catch (error) {
        return (error as Failure).code;
      }
    };
    // what is ours is another's to everybody else, unless we are root, who alone can give it away
    expect(asOf(uid + 1)).toBe(isRoot ? "stages: [30]\n" : "not-permitted");
    const owner = isRoot ? 1002 : uid;
    await chown(file, owner, -1);
    expect(asOf(owner)).toBe("stages: [30]\n");
    expect(asOf(owner + 1)).toBe("not-permitted");
  });
});

describe.runIf(process.platform !== "win32")("a file of the program", () => {
  const processes = { self: 7, place: "here", startOf: () => undefined, isAlive: () => true };
  const place = () => ({ temporaryFolder: join(folder, "tmp"), processes });

  test("is replaced with the same permissions, and a secret is accessible only to its owner", async () => {
    await writeFile(file, "old");
    await chmod(file, 0o640);
    await writeProgramFile(file, "new", place());
    expect([await readFile(file, "utf8"), (await stat(file)).mode & 0o777]).toEqual(["new", 0o640]);
    await writeProgramFile(file, "secret", { ...place(), secret: true });
    expect([await readFile(file, "utf8"), (await stat(file)).mode & 0o777]).toEqual(["secret", 0o600]);
  });

  test("is replaced at its target if it is a link", async () => {
    await writeFile(join(folder, "kept"), "old");
    await symlink("kept", file);
    await writeProgramFile(file, "new", place());
    expect([(await lstat(file)).isSymbolicLink(), await readFile(join(folder, "kept"), "utf8")]).toEqual([true, "new"]);
  });
});
