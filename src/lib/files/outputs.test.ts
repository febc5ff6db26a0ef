import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, lchown, mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import type { ContentWriter } from "./atomic.ts";
import { Outputs, type Output } from "./outputs.ts";
import { freshFolder } from "#support/folder.ts";

const posix = process.platform !== "win32";

let root: string;
let stdout: string;
beforeEach(async () => {
  root = freshFolder();
  stdout = "";
});

const USER = userInfo().uid;

const outputsOf = ({ userId = USER, kept = [] }: { userId?: number; kept?: readonly string[] } = {}): Outputs =>
  new Outputs({
    temporary: {
      temporaryFolder: join(root, "home", "tmp"),
      processes: { self: 7, place: "here", startOf: () => "noon", isAlive: () => true },
    },
    workingFolder: root,
    kept,
    userId: posix ? userId : undefined,
    stdout: () => ({ write: async (chunk) => void (stdout += String(chunk)) }),
  });

/** Declares an output and writes it, with `--overwrite` or without. */
async function write(
  output: string | Output,
  { overwrite = false, ...who }: { overwrite?: boolean; userId?: number; kept?: readonly string[] } = {},
): Promise<void> {
  const outputs = outputsOf(who);
  const declared = typeof output === "string" ? { name: output } : output;
  await outputs.declare([declared]);
  if (overwrite) outputs.permitReplacing();
  await outputs.write(declared.name, "new");
}

const modeOf = async (name: string): Promise<number> => (await stat(join(root, name))).mode & 0o777;
const contentOf = (name: string): Promise<string> => readFile(join(root, name), "utf8");

const EXISTS = { code: "usage", what: { en: "this file already exists" }, where: "x" };

describe("an existing file", () => {
  beforeEach(() => writeFile(join(root, "x"), "old"));

  test("is reported when it is declared, and is not replaced", async () => {
    expect(await outputsOf().declare([{ name: "x" }, { name: "y" }, { name: "-" }])).toEqual(["x"]);
    await expect(write("x")).rejects.toMatchObject(EXISTS);
    expect([await contentOf("x"), (await readdir(root)).filter((name) => name !== "home")]).toEqual(["old", ["x"]]);
  });

  test("is replaced if that is permitted", async () => {
    await write("x", { overwrite: true });
    expect(await contentOf("x")).toBe("new");
  });

  test("is not replaced if it was created in the meantime, and the new one is not settled", async () => {
    const outputs = outputsOf();
    await outputs.declare([{ name: "y" }]);
    let settled = false;
    const late = async (writer: ContentWriter): Promise<void> => {
      await writer.write("new");
      await writeFile(join(root, "y"), "theirs");
    };
    const settle = async (): Promise<void> => void (settled = true);
    await expect(outputs.write("y", late, { settle })).rejects.toMatchObject({ ...EXISTS, where: "y" });
    expect([await contentOf("y"), settled]).toEqual(["theirs", false]);
  });

  test("is replaced if it is empty", async () => {
    await writeFile(join(root, "x"), "");
    await write("x");
    expect(await contentOf("x")).toBe("new");
  });

  test.skipIf(!posix)("is not replaced without permission if its owner cannot write it", async () => {
    await writeFile(join(root, "x"), "");
    await chmod(join(root, "x"), 0o444);
    await expect(write("x")).rejects.toMatchObject(EXISTS);
  });

  test("is removed only if it may be replaced", async () => {
    const outputs = outputsOf();
    await outputs.declare([{ name: "x" }]);
    await expect(outputs.remove("x")).rejects.toMatchObject(EXISTS);
    outputs.permitReplacing();
    await outputs.remove("x");
    expect(existsSync(join(root, "x"))).toBe(false);
  });
});

test("does not write an undeclared file", async () => {
  await expect(outputsOf().write("x", "new")).rejects.toThrow(TypeError);
});

describe.skipIf(!posix)("permissions", () => {
  test.each([
    ["a new file is its owner's alone", {}, undefined, 0o600],
    ["one that others could read is closed", {}, 0o644, 0o600],
    ["a stricter one stays", {}, 0o400, 0o400],
    ["what is no secret keeps what a person set", { isPublic: true }, 0o640, 0o640],
  ])("%s", async (_, how, before, after) => {
    if (before !== undefined) await writeFile(join(root, "x"), "old");
    if (before !== undefined) await chmod(join(root, "x"), before);
    await write({ name: "x", ...how }, { overwrite: true });
    expect(await modeOf("x")).toBe(after);
  });

  test.each([0o000, 0o022, 0o077])("with umask %o", async (umask) => {
    const before = process.umask(umask);
    try {
      await write("x");
      await write({ name: "public", isPublic: true });
    } finally {
      process.umask(before);
    }
    expect(await Promise.all(["x", "public"].map(modeOf))).toEqual([0o600, 0o666 & ~umask]);
  });
});

describe.skipIf(!posix)("links", () => {
  beforeEach(async () => {
    await mkdir(join(root, "own"), { mode: 0o700 });
    await writeFile(join(root, "own", "x"), "old");
    await mkdir(join(root, "shared"));
    await chmod(join(root, "shared"), 0o777);
    await symlink(join(root, "own", "x"), join(root, "shared", "file"));
    await symlink(join(root, "own"), join(root, "shared", "folder"));
    await symlink("../own/y", join(root, "shared", "nowhere"));
  });

  test("the user's own link is kept, and its target is replaced", async () => {
    for (const name of ["shared/file", "shared/folder/x"]) {
      await expect(write(name)).rejects.toMatchObject({ ...EXISTS, where: name });
      await write(name, { overwrite: true });
      expect((await stat(join(root, name))).ino).toBe((await stat(join(root, "own", "x"))).ino);
    }
    await write("shared/nowhere");
    expect(await contentOf("own/y")).toBe("new");
  });

  // the links are this user's, so whoever else writes meets links of another one; everybody trusts those of root
  const OTHER = USER === 0 ? 0 : USER + 1;

  test.each(["shared/file", "shared/folder/x", "shared/folder/new", "shared/nowhere"])(
    "%s: does not follow another user's link in a folder that others can write",
    async (name) => {
      for (const link of USER === 0 ? ["file", "folder", "nowhere"] : [])
        await lchown(join(root, "shared", link), 65_534, 65_534);
      const refused = {
        code: "usage",
        where: name,
        what: { en: expect.stringContaining("is another user's symbolic link") },
      };
      await expect(write(name, { userId: OTHER, overwrite: true })).rejects.toMatchObject(refused);
      expect([await contentOf("own/x"), await readdir(join(root, "own"))]).toEqual(["old", ["x"]]);
    },
  );

  test.runIf(USER === 0)("follows a link of root for every user", async () => {
    await write("shared/file", { userId: 1000, overwrite: true });
    expect(await contentOf("own/x")).toBe("new");
  });

  test.skipIf(USER === 0)("another user's folder counts as writable by others", async () => {
    await chmod(join(root, "shared"), 0o755);
    await expect(write("shared/nowhere", { userId: OTHER })).rejects.toMatchObject({ code: "usage" });
  });

  test("refuses circular links", async () => {
    await symlink("b", join(root, "a"));
    await symlink("a", join(root, "b"));
    await expect(write("a")).rejects.toMatchObject({ code: "usage", what: { en: "too many symbolic links" } });
  });
});

test("- is stdout", async () => {
  await write("-");
  expect(stdout).toBe("new");
});

test("refuses a folder, and a file in a missing folder, before the work begins", async () => {
  await writeFile(join(root, "file"), "");
  await mkdir(join(root, "folder"));
  for (const name of [".", "folder", "no/x", "file/x"]) {
    await expect(outputsOf().declare([{ name }])).rejects.toMatchObject({ code: "usage", where: name });
  }
  expect((await readdir(root)).toSorted()).toEqual(["file", "folder"]);
});

test("never replaces a database or its log, even through a link", async () => {
  for (const first of [Buffer.from("SQLite format 3\0 and more"), Buffer.from("377f0682002de218", "hex")]) {
    await writeFile(join(root, "tenant.db"), first);
    const refused = { code: "usage", what: { en: "this file is a database, which clomoctl does not overwrite" } };
    await expect(write("tenant.db", { overwrite: true })).rejects.toMatchObject(refused);
    expect(await readFile(join(root, "tenant.db"))).toEqual(first);
  }
  if (!posix) return;
  await symlink(join(root, "tenant.db"), join(root, "users.csv"));
  await expect(write("users.csv", { overwrite: true })).rejects.toMatchObject({ code: "usage" });
  await writeFile(join(root, "short"), "SQLite");
  await write("short", { overwrite: true });
  expect(await contentOf("short")).toBe("new");
});

test("never creates or replaces SQLite's files next to a database, even through a link to the folder", async () => {
  await mkdir(join(root, "own"));
  await writeFile(join(root, "own", "x.db"), "SQLite format 3\0 and more");
  await symlink(join(root, "own"), join(root, "linked"));
  await writeFile(join(root, "own", "x.db-shm"), "shared");
  for (const name of ["own/x.db-shm", "own/x.db-wal", "linked/x.db-journal"]) {
    const refused = { code: "usage", what: { en: expect.stringContaining("database") }, where: name };
    await expect(write(name, { overwrite: true })).rejects.toMatchObject(refused);
  }
  expect(await readdir(join(root, "own"))).toEqual(["x.db", "x.db-shm"]);
  expect(await contentOf("own/x.db-shm")).toBe("shared");
  await write("own/y.csv-wal");
  expect(await contentOf("own/y.csv-wal")).toBe("new");
});

test("never replaces the program's own files or writes into its folders, whatever links lead there", async () => {
  const kept = ["contexts.json", "tenants", "absent"].map((name) => join(root, "home", name));
  await mkdir(join(root, "home", "tenants"), { recursive: true });
  await writeFile(join(root, "home", "contexts.json"), "{}");
  await symlink(join(root, "home"), join(root, "linked"));
  await symlink(join(root, "home", "contexts.json"), join(root, "users.csv"));
  for (const name of ["home/contexts.json", "home/tenants/users.csv", "linked/tenants/x", "users.csv", "home/absent"]) {
    const refused = { code: "usage", what: { en: expect.stringContaining("clomoctl's own files") }, where: name };
    await expect(write(name, { kept, overwrite: true })).rejects.toMatchObject(refused);
  }
  expect(await contentOf("home/contexts.json")).toBe("{}");
  await write("home/tenants.csv", { kept });
  expect(await contentOf("home/tenants.csv")).toBe("new");
});

test.skipIf(!posix)("writes pipes and devices directly, and cannot write them again", async () => {
  await promisify(execFile)("mkfifo", [join(root, "pipe")]);
  await writeFile(join(root, "old"), "");
  await write("/dev/null");
  const read = readFile(join(root, "pipe"), "utf8");
  const outputs = outputsOf();
  await outputs.declare([{ name: "pipe" }]);
  const done: string[] = [];
  await outputs.write("pipe", "x".repeat(200_000), { settle: async () => void done.push("settled") });
  expect([(await read).length, done, (await stat(join(root, "pipe"))).isFIFO()]).toEqual([200_000, ["settled"], true]);
});

test.skipIf(!posix)("reports a pipe whose reader has ended", async () => {
  await promisify(execFile)("mkfifo", [join(root, "pipe")]);
  const reader = open(join(root, "pipe"), "r").then((pipe) => pipe.close());
  const outputs = outputsOf();
  await outputs.declare([{ name: "pipe" }]);
  await expect(outputs.write("pipe", "x".repeat(200_000))).rejects.toMatchObject({
    what: { en: "the program that reads this pipe has ended" },
    where: join(root, "pipe"),
  });
  await reader;
});

test.skipIf(!existsSync("/dev/full"))("reports a full disk with the file name", async () => {
  await expect(write("/dev/full")).rejects.toMatchObject({
    code: "unexpected",
    what: { en: "no space left on the disk" },
    where: "/dev/full",
  });
});

test.skipIf(!existsSync("/dev/shm"))("a file below /dev is like any other file", async () => {
  const folder = await mkdtemp("/dev/shm/clomoctl-");
  try {
    const path = join(folder, "secrets.csv");
    for (const overwrite of [false, true]) await write(path, { overwrite });
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe("a folder", () => {
  const folder = (fault?: string): Output => ({
    name: "x",
    folderFault: async () => (fault === undefined ? undefined : { en: fault, ja: fault }),
  });

  /** Declares a folder and fills it. */
  async function make(output: Output, { overwrite = false } = {}): Promise<void> {
    const outputs = outputsOf();
    await outputs.declare([output]);
    if (overwrite) outputs.permitReplacing();
    const made = await outputs.createFolder("x");
    const file = await made.file("new");
    await file.close();
    await made.settle().catch(async (error: unknown) => {
      await made.abandon();
      throw error;
    });
  }

  test("is created, and replaced as a whole only if that is permitted", async () => {
    await make(folder());
    await writeFile(join(root, "x", "old"), "");
    await expect(make(folder())).rejects.toMatchObject(EXISTS);
    expect((await readdir(join(root, "x"))).toSorted()).toEqual(["new", "old"]);
    await make(folder(), { overwrite: true });
    expect(await readdir(join(root, "x"))).toEqual(["new"]);
    expect((await readdir(root)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("is never replaced if it is somebody else's or a file", async () => {
    await mkdir(join(root, "x"));
    const refused = { code: "usage", where: "x", what: { en: "theirs" } };
    await expect(make(folder("theirs"), { overwrite: true })).rejects.toMatchObject(refused);
    await rm(join(root, "x"), { recursive: true });
    await writeFile(join(root, "x"), "");
    await expect(make(folder(), { overwrite: true })).rejects.toMatchObject({ what: { en: "not a folder" } });
  });
});
