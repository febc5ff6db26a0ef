import { chmod, chown, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Failure } from "../errors/index.ts";
import { readOwnFile, writeOwnFile } from "./own.ts";

const { uid } = userInfo();

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-file-"));
  file = join(folder, "notify.yaml");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a file that cannot be there is missing; nothing else is, and its error names it", async () => {
  expect(readOwnFile(file, uid)).toBeUndefined();
  await writeFile(file, "x");
  expect(readOwnFile(join(file, "below"), uid)).toBeUndefined();
  const path = join(folder, "folder");
  await mkdir(path);
  expect(() => readOwnFile(path, uid)).toThrow(expect.objectContaining({ code: "EISDIR", path }));
});

test("a file that is not UTF-8 is refused at its line", async () => {
  await writeFile(file, Buffer.concat([Buffer.from("language: ja\n# "), Buffer.of(0xb1)]));
  const refused = { code: "input-rejected", where: `${file}:2` };
  expect(() => readOwnFile(file, uid)).toThrow(expect.objectContaining(refused));
});

test("a device is no file of settings", () => {
  expect(() => readOwnFile("/dev/null", uid)).toThrow(expect.objectContaining({ code: "usage" }));
});

describe.runIf(process.platform !== "win32")("where files have modes", () => {
  test.each([0o600, 0o644, 0o400, 0o755])("mode %o is read", async (mode) => {
    await writeFile(file, "stages: [30]\n");
    await chmod(file, mode);
    expect(readOwnFile(file, uid)).toBe("stages: [30]\n");
  });

  test.each([0o602, 0o620, 0o666, 0o777])("mode %o is refused: others could have written it", async (mode) => {
    await writeFile(file, "stages: [30]\n");
    await chmod(file, mode);
    const refused = {
      code: "not-permitted",
      where: file,
      hint: expect.objectContaining({ en: expect.stringContaining(`chmod go-w ${file}`) }),
    };
    expect(() => readOwnFile(file, uid)).toThrow(expect.objectContaining(refused));
  });

  test("another user's file is refused, root's is read", async () => {
    await writeFile(file, "stages: [30]\n");
    const isRoot = uid === 0;
    const asOf = (user: number) => {
      try {
        return readOwnFile(file, user);
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

  test("is replaced, and keeps its permissions; a secret is its owner's alone", async () => {
    await writeFile(file, "old");
    await chmod(file, 0o640);
    await writeOwnFile(file, "new", place());
    expect([await readFile(file, "utf8"), (await stat(file)).mode & 0o777]).toEqual(["new", 0o640]);
    await writeOwnFile(file, "secret", { ...place(), secret: true });
    expect([await readFile(file, "utf8"), (await stat(file)).mode & 0o777]).toEqual(["secret", 0o600]);
  });

  test("that a link leads to is replaced where it lies", async () => {
    await writeFile(join(folder, "kept"), "old");
    await symlink("kept", file);
    await writeOwnFile(file, "new", place());
    expect([(await lstat(file)).isSymbolicLink(), await readFile(join(folder, "kept"), "utf8")]).toEqual([true, "new"]);
  });
});
