import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { beforeEach, expect, test } from "vitest";
import { writeFileAtomically, type ContentWriter } from "./atomic.ts";
import { createProcessTable, type ProcessTable } from "./processes.ts";
import { bufferStream, spoolToFile } from "./input.ts";
import { createTemporaryFile, createTemporaryFolder, sweepTemporaryFiles } from "./temporary.ts";
import { freshFolder } from "#support/folder.ts";

const posix = process.platform !== "win32";

let root: string;
let temporaryFolder: string;
beforeEach(async () => {
  root = freshFolder();
  temporaryFolder = join(root, "home", "tmp");
});

/** Process 7 started at `began`; `alive` are the process ids in use. */
const table = (alive: readonly number[] = [7], began: string | undefined = "noon", self = 7): ProcessTable => ({
  self,
  place: "here",
  startOf: () => began,
  isAlive: (pid) => alive.includes(pid),
});
const place = (processes = table()) => ({ temporaryFolder, processes });

const say = (content: string) => async (writer: ContentWriter) => writer.write(content);

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

test("writes the complete file and leaves nothing else", async () => {
  const file = join(root, "名簿.csv");
  const count = await writeFileAtomically(file, place(), async (writer) => {
    await writer.write("a\n");
    expect(await readdir(root)).toEqual([".名簿.csv.7.tmp", "home"]);
    await writer.write(Buffer.from("b\n"));
    return 2;
  });
  expect(count).toBe(2);
  expect(await readFile(file, "utf8")).toBe("a\nb\n");
  expect(await readdir(root)).toEqual(["home", "名簿.csv"]);
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test("settles after the content is safe and before the file gets its name", async () => {
  const file = join(root, "out.csv");
  await writeFile(file, "old");
  const found: string[] = [];
  const settle = async (): Promise<void> => void found.push(await readFile(file, "utf8"));
  await writeFileAtomically(file, { ...place(), settle }, say("new"));
  expect(found).toEqual(["new"]);
  const refuse = (): Promise<never> => Promise.reject(new Error("no"));
  await expect(writeFileAtomically(file, { ...place(), settle: refuse }, say("newer"))).rejects.toThrow("no");
  expect(await readFile(file, "utf8")).toBe("new");
  await expect(writeFileAtomically(`${file}2`, { ...place(), settle: refuse }, say("x"))).rejects.toThrow("no");
  expect(await readdir(root)).toEqual(["home", "out.csv"]);
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test.each(["none", "an old one"])(
  "of two simultaneous writes, the file of the settled one remains: over %s",
  async (before) => {
    const file = join(root, "out.csv");
    if (before !== "none") await writeFile(file, "old");
    const fails = (): Promise<never> => Promise.reject(new Error("lost"));
    const during = (settle: () => Promise<unknown>) => async (): Promise<void> => {
      await expect(writeFileAtomically(file, { ...place(), settle }, say("other"))).rejects.toThrow("lost");
    };
    // the one that loses came in between
    await writeFileAtomically(file, { ...place(), settle: during(fails) }, say("won"));
    expect(await readFile(file, "utf8")).toBe("won");
    // the one that wins came in between
    const wins = async (): Promise<never> => {
      await writeFileAtomically(file, { ...place(), settle: async () => undefined }, say("won second"));
      return fails();
    };
    await expect(writeFileAtomically(file, { ...place(), settle: wins }, say("late"))).rejects.toThrow("lost");
    expect(await readFile(file, "utf8")).toBe("won second");
    // one that loses took it away
    await writeFileAtomically(file, { ...place(), settle: () => rm(file) }, say("won third"));
    expect(await readFile(file, "utf8")).toBe("won third");
    expect(await readdir(root)).toEqual(["home", "out.csv"]);
    expect(await readdir(temporaryFolder)).toEqual([]);
  },
);

test("does not settle if the file cannot get its name", async () => {
  const file = join(root, "out.csv");
  let settled = false;
  const settle = async (): Promise<void> => void (settled = true);
  const writing = writeFileAtomically(file, { ...place(), settle }, async (writer) => {
    await writer.write("new");
    // a folder of the same name comes in between
    await mkdir(join(file, "in the way"), { recursive: true });
  });
  await expect(writing).rejects.toThrow(/out\.csv/);
  expect(settled).toBe(false);
  expect((await readdir(root)).toSorted()).toEqual(["home", "out.csv"]);
});

test("a failed run keeps the old file, or leaves none", async () => {
  const file = join(root, "x");
  const fail = async (writer: ContentWriter) => {
    await writer.write("half");
    throw new Error("full");
  };
  await expect(writeFileAtomically(file, place(), fail)).rejects.toThrow("full");
  expect(await readdir(root)).toEqual(["home"]);
  await writeFile(file, "old");
  await expect(writeFileAtomically(file, place(), fail)).rejects.toThrow("full");
  expect(await readFile(file, "utf8")).toBe("old");
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test.skipIf(!posix)("the file has its permissions from the first byte", async () => {
  await writeFileAtomically(join(root, "x"), { ...place(), mode: 0o600 }, async (writer) => {
    await writer.write("secret");
    expect(await modeOf(join(root, ".x.7.tmp"))).toBe(0o600);
  });
  expect(await modeOf(join(root, "x"))).toBe(0o600);
});

test("two writes of one process to the same file do not interfere", async () => {
  const file = join(root, "x");
  await writeFileAtomically(file, place(), async (outer) => {
    await writeFileAtomically(file, place(), say("inner"));
    await outer.write("outer");
  });
  expect(await readFile(file, "utf8")).toBe("outer");
  expect(await readdir(root)).toEqual(["home", "x"]);
});

/** A kernel file system in which nobody can create a file, not even root. */
const KERNELS = "/sys/kernel";

test.skipIf(!existsSync(KERNELS))("refuses a folder without write permission", async () => {
  const path = join(KERNELS, "users.csv");
  await expect(writeFileAtomically(path, place(), say("x"))).rejects.toMatchObject({
    code: "usage",
    where: path,
    what: { en: expect.stringContaining("permission denied") },
    cause: { code: expect.stringMatching(/^E(ACCES|PERM|ROFS)$/) },
  });
  expect(await readdir(temporaryFolder)).toEqual([]);
});

/** Runs a shell script in its own mount namespace; only on Linux, and not in every container. */
const WITH_MOUNTS = ["--map-root-user", "--mount", "sh", "-ec"] as const;
const mayMount = spawnSync("unshare", [...WITH_MOUNTS, "mount -t tmpfs none /tmp"]).status === 0;

test.skipIf(!mayMount)("reports a home on a read-only file system", async () => {
  const module = new URL("./temporary.ts", import.meta.url).href;
  const program = `
    import { createTemporaryFolder } from ${JSON.stringify(module)};
    const processes = { self: 7, place: "here", startOf: () => undefined, isAlive: () => true };
    const place = { temporaryFolder: process.argv[1], processes };
    const { code, where, cause } = await createTemporaryFolder(place, "x").catch((error) => error);
    console.log(JSON.stringify({ code, where, cause: cause?.code }));`;
  const script = 'mount -t tmpfs -o ro none "$1"; exec "$2" --input-type=module -e "$3" "$1"';
  const said = await promisify(execFile)("unshare", [...WITH_MOUNTS, script, "sh", root, process.execPath, program]);
  expect(JSON.parse(said.stdout)).toEqual({ code: "unexpected", where: root, cause: "EROFS" });
});

test("a home that cannot be written does not prevent writing elsewhere", async () => {
  await writeFile(join(root, "home"), "no folder");
  await writeFileAtomically(join(root, "x"), place(), say("new"));
  expect(await readFile(join(root, "x"), "utf8")).toBe("new");
});

test("spools input byte by byte with mode 0600, and removes it", async () => {
  let path: string;
  {
    await using spooled = await spoolToFile(Readable.from([Buffer.from([0x93, 0xfa]), "あ"]), place());
    path = spooled.path;
    expect(spooled.bytes).toBe(5);
    expect(await readFile(path)).toEqual(Buffer.from([0x93, 0xfa, 0xe3, 0x81, 0x82]));
    expect(await modeOf(path)).toBe(posix ? 0o600 : 0o666);
  }
  expect(await readdir(temporaryFolder)).toEqual([]);
  async function* torn() {
    yield "half";
    throw new Error("torn");
  }
  await expect(spoolToFile(torn(), place())).rejects.toThrow("torn");
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test.skipIf(!existsSync(KERNELS))("holds bytes in memory if the home is read-only", async () => {
  const readOnly = { ...place(), temporaryFolder: KERNELS };
  await expect(spoolToFile(Readable.from(["氏名"]), readOnly)).rejects.toMatchObject({
    code: "unexpected",
    what: { en: "clomoctl cannot write its settings and data to this folder" },
    where: KERNELS,
  });
  const held = await bufferStream(Readable.from([Buffer.from([0x93, 0xfa]), "あ"]), readOnly);
  for (const _ of ["once", "again"]) {
    expect(Buffer.concat(await Array.fromAsync(held.chunks())).toString("hex")).toBe("93fae38182");
  }
});

async function leave(processes: ProcessTable): Promise<string> {
  const { path, handle } = await createTemporaryFile(place(processes), root, "x", 0o600);
  await handle.close();
  return path;
}

test.each([
  ["of a dead process go", table([]), true],
  ["of a live process stay", table([7]), false],
  ["go when its number went to another process", table([7], "one o'clock"), true],
  ["stay when the platform does not tell when it began", { ...table([7]), startOf: () => undefined }, false],
  ["of another machine or container stay", { ...table([]), place: "there" }, false],
])("temporary files %s", async (_what, later, goes) => {
  const file = await leave(table());
  await sweepTemporaryFiles(place(later));
  expect((await readdir(root)).includes(".x.7.tmp")).toBe(!goes);
  expect((await readdir(temporaryFolder)).length).toBe(goes ? 0 : 1);
  await rm(file, { force: true });
});

test("a temporary folder is removed with its contents, or swept when its process is dead", async () => {
  const [one, two] = [await createTemporaryFolder(place(), "one"), await createTemporaryFolder(place(), "two")];
  for (const { path } of [one, two]) await writeFile(join(path, "a"), "");
  await one.remove();
  await sweepTemporaryFiles(place());
  expect((await readdir(temporaryFolder)).toSorted()).toEqual([".two.7.tmp", expect.stringMatching(/^7-\d\.json$/)]);
  await sweepTemporaryFiles(place(table([])));
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test("a folder replaces another one, which is removed", async () => {
  const target = join(root, "bundle");
  await mkdir(target);
  await writeFile(join(target, "old"), "");
  const made = await createTemporaryFolder(place(), "bundle", root);
  await writeFile(join(made.path, "new"), "");
  await made.nameAs(target);
  expect(await readdir(target)).toEqual(["new"]);
  expect((await readdir(root)).toSorted()).toEqual(["bundle", "home"]);
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test.each([
  ["gets its name back", false, ["old"]],
  ["goes where its name was taken", true, ["new"]],
])("a folder that was set aside when its process died %s", async (_, isTaken, content) => {
  const [target, aside] = [join(root, "bundle"), join(root, ".bundle.7-1.tmp")];
  await mkdir(aside);
  await writeFile(join(aside, "old"), "");
  if (isTaken) {
    await mkdir(target);
    await writeFile(join(target, "new"), "");
  }
  await mkdir(temporaryFolder, { recursive: true });
  const entry = { file: aside, isFolder: true, formerName: target, pid: 7, place: "here", start: "noon" };
  await writeFile(join(temporaryFolder, "7-0.json"), JSON.stringify(entry));
  await sweepTemporaryFiles(place(table([])));
  expect(await readdir(target)).toEqual(content);
  expect((await readdir(root)).toSorted()).toEqual(["bundle", "home"]);
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test("a folder that was set aside is never moved into another folder", async () => {
  const aside = join(root, ".bundle.7-1.tmp");
  await mkdir(aside);
  await mkdir(temporaryFolder, { recursive: true });
  const formerName = join(root, "home", "bundle");
  const entry = { file: aside, isFolder: true, formerName, pid: 7, place: "here", start: "noon" };
  await writeFile(join(temporaryFolder, "7-0.json"), JSON.stringify(entry));
  await sweepTemporaryFiles(place(table([])));
  expect(await readdir(join(root, "home"))).not.toContain("bundle");
  expect(await readdir(root)).toEqual(["home"]);
});

test("sweeping removes only temporary files, and never fails", async () => {
  await sweepTemporaryFiles(place());
  await mkdir(temporaryFolder, { recursive: true });
  await writeFile(join(root, "precious"), "");
  await mkdir(join(root, ".folder.7.tmp"));
  const record = (name: string, file: string) =>
    writeFile(join(temporaryFolder, name), JSON.stringify({ file, pid: 7, place: "here" }));
  await record("7-0.json", join(root, "precious"));
  await record("7-1.json", join(root, ".folder.7.tmp"));
  await writeFile(join(temporaryFolder, "7-2.json"), '{"fi');
  await writeFile(join(temporaryFolder, "readme.txt"), "");
  await sweepTemporaryFiles(place(table([])));
  expect(await readdir(root)).toEqual([".folder.7.tmp", "home", "precious"]);
  expect(await readdir(temporaryFolder)).toEqual(["7-1.json", "readme.txt"]);
});

test("the system reports whether a process lives, and when it began", async () => {
  const processes = createProcessTable(process.pid, process.kill.bind(process), "host");
  expect(processes.isAlive(process.pid)).toBe(true);
  expect(processes.startOf(process.pid)).toBe(processes.startOf(process.pid));
  const { stdout } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]);
  expect(processes.isAlive(Number(stdout))).toBe(false);
});

test.skipIf(process.platform !== "linux")("a program's odd name does not hide its start time", async () => {
  const odd = join(root, "a) b (c) 1 2");
  await symlink(process.execPath, odd);
  const child = execFile(odd, ["-e", "setInterval(() => {}, 1000)"]);
  try {
    const processes = createProcessTable(process.pid, process.kill.bind(process), "host");
    const [own, its] = [process.pid, child.pid ?? 0].map((pid) => processes.startOf(pid)?.split(" ") ?? []);
    expect(its?.[0]).toBe(own?.[0]);
    // hundredths of a second since boot
    expect(Number(own?.[1])).toBeGreaterThan(100);
    expect(Number(its?.[1])).toBeGreaterThan(Number(own?.[1]));
  } finally {
    child.kill();
  }
});
