import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { formatPlaceholder, toFlagName, type Fields, type OutputField } from "../field.ts";
import { GLOBAL_OPTIONS } from "../globals.ts";
import { COMMANDS } from "#support/commands/verbs.ts";
import { example } from "#support/commands/tenant.ts";
import { runInBoth, run, type Circumstances, type RunResult, type Typing } from "#support/commands/program.ts";
import { folderForAllTests } from "#support/folder.ts";

interface Case {
  /** a line that writes to `OUT` */
  readonly line: string;
  /** name of the file, if it is not `OUT` */
  readonly name?: string;
  /** a folder, which is replaced only as it was exported */
  readonly isBundle?: true;
  /** contains nothing about people */
  readonly isPublic?: true;
  /** exit code if it is written */
  readonly exit?: number;
  /** exit code if it is refused */
  readonly refused?: number;
  readonly typing?: readonly Typing[];
  readonly circumstances?: () => Circumstances;
  /** a list with NEW for the key of a new record, which is imported into a mirror */
  readonly list?: string;
  readonly isInMirror?: true;
}

const imports = (noun: string, file: string, list: string): Readonly<Record<string, Case>> => ({
  [`${noun.replace(/ --app \w+/, "")} --emit-csv`]: {
    line: `${withFile(noun, "-")} --emit-csv OUT.csv --yes`,
    name: "OUT.csv",
    isInMirror: true,
    list,
  },
  [`${noun.replace(/ --app \w+/, "")} --report`]: { line: `${withFile(noun, file)} --report OUT --dry-run` },
  [`${noun.replace(/ --app \w+/, "")} --errors`]: {
    line: `${withFile(noun, `bad-${file}`)} --errors OUT --dry-run`,
    exit: 3,
  },
});

/** A list of which one name is known. */
const deleting = (command: string, known: string, more = ""): Readonly<Record<string, Case>> => ({
  [`${command} --errors`]: {
    line: `${command} --file -${more} --errors OUT --dry-run`,
    circumstances: () => ({ stdin: `${known}\nunknown\n` }),
    exit: 3,
  },
});

/** The console has no upload of these. */
const describing = (noun: string, file: string): Readonly<Record<string, Case>> =>
  Object.fromEntries(Object.entries(imports(noun, file, "")).filter(([name]) => !name.endsWith("--emit-csv")));

const withFile = (noun: string, file: string): string => noun.replace(" import", ` import ${file}`);

const CASES: Readonly<Record<string, Case>> = {
  "every command --output": { line: "users list --format xlsx -o OUT" },
  "ade keypair create --output": { line: "ade keypair create -o OUT", isPublic: true },
  "access-tokens create --output": {
    line: "access-tokens create cron -o OUT",
    circumstances: () => ({ tenant: { createAccessToken: example("createAccessToken") } }),
  },
  ...deleting("config-profiles delete", "パスコード設定"),
  ...deleting("apps delete", "社内ポータル"),
  ...deleting("devices delete", "C02X"),
  ...deleting("devices set-owner", "C02X", " --none"),
  ...deleting("devices tag", "C02X", " --add 貸出"),
  ...deleting("orgs delete", "S1"),
  ...deleting("secured users delete", "hanako", " --app docs"),
  ...deleting("users leave", "E2"),
  ...deleting("users delete", "E2"),
  "config-profiles delete --report": { line: "config-profiles delete パスコード設定 --report OUT --dry-run" },
  "config-profiles export --output": { line: "config-profiles export -o OUT" },
  "config-profiles file --output": { line: "config-profiles file パスコード設定 -o OUT" },
  ...describing("config-profiles import", "profiles.csv"),
  "config-profiles template --output": { line: "config-profiles template -o OUT", isPublic: true },
  "apps delete --report": { line: "apps delete 社内ポータル --report OUT --dry-run" },
  "apps export --output": { line: "apps export -o OUT" },
  "apps file --output": { line: "apps file 社内ポータル -o OUT" },
  ...describing("apps import", "apps.csv"),
  "apps template --output": { line: "apps template -o OUT", isPublic: true },
  "devices delete --report": { line: "devices delete C02X --report OUT --dry-run" },
  "devices export --output": { line: "devices export -o OUT" },
  ...imports("devices import", "devices.csv", "シリアルナンバー\r\nNEW\r\n"),
  "devices template --output": { line: "devices template -o OUT", isPublic: true },
  "console upload --generate-passwords": {
    line: "console upload 2 -o up.csv --generate-passwords OUT",
    isInMirror: true,
  },
  "imports commit --emit-csv": {
    line: "imports commit PLAN --emit-csv OUT.csv --yes",
    name: "OUT.csv",
    isInMirror: true,
  },
  "handover export --output": { line: "handover export -o OUT", isBundle: true },
  "handover report --output": { line: "handover report -o OUT" },
  "layouts learn --output": { line: "layouts learn users.csv --as users -o OUT", isPublic: true },
  "secured users import --generate-passwords": {
    line: "secured users import - --app docs --generate-passwords OUT --yes",
    circumstances: () => ({ stdin: `表示名,ユーザーID\r\n新人,${`new${Math.random()}`.replace(".", "")}\r\n` }),
  },
  "onboarding guide --output": { line: "onboarding guide 7 -o OUT" },
  "orgs delete --report": { line: "orgs delete S1 --recursive --report OUT --dry-run" },
  "orgs export --output": { line: "orgs export -o OUT" },
  ...imports("orgs import", "orgs.csv", "組織名,組織コード\r\n人事部,NEW\r\n"),
  "orgs template --output": { line: "orgs template -o OUT", isPublic: true },
  "renewals check --prometheus": { line: "renewals check apps.vpptoken --prometheus OUT", isPublic: true, refused: 3 },
  "renewals guide --output": { line: "renewals guide push-certificate -o OUT" },
  "secured users delete --report": { line: "secured users delete hanako --app docs --report OUT --dry-run" },
  "secured users export --output": { line: "secured users export --app docs -o OUT" },
  ...imports("secured users import --app docs", "docs.csv", "表示名,ユーザーID,パスワード\r\n次郎,NEW,Hidden4712\r\n"),
  "secured users template --output": { line: "secured users template --app docs -o OUT", isPublic: true },
  "status --prometheus": { line: "status --prometheus OUT", isPublic: true, exit: 3, refused: 3 },
  "users leave --report": { line: "users leave E2 --report OUT --dry-run" },
  "users delete --report": { line: "users delete E2 --report OUT --dry-run" },
  "users export --output": { line: "users export -o OUT" },
  ...imports("users import", "users.csv", "氏名,メールアドレス\r\n花子,NEW@example.jp\r\n"),
  "users template --output": { line: "users template -o OUT", isPublic: true },
};

function declaredOutputs(): ReadonlyMap<string, OutputField> {
  const outputsOf = (path: string, fields: Fields, nameOf: (key: string) => string) =>
    Object.entries(fields).flatMap(([key, field]) =>
      field.kind === "output" ? [[`${path} ${nameOf(key)}`, field] as const] : [],
    );
  return new Map([
    ...outputsOf("every command", GLOBAL_OPTIONS, (key) => `--${toFlagName(key)}`),
    ...COMMANDS.flatMap(([path, { args, options }]) => [
      ...outputsOf(path, args, (key) => formatPlaceholder(key, args[key] as OutputField)),
      ...outputsOf(path, options, (key) => `--${toFlagName(key)}`),
    ]),
  ]);
}

test("every output that a command declares has a case that matches its declaration", () => {
  const declared = declaredOutputs();
  expect(Object.keys(CASES).toSorted()).toEqual([...declared.keys()].toSorted());
  for (const [name, { isPublic, isBundle }] of declared)
    expect(CASES[name], name).toMatchObject({ ...(isPublic && { isPublic }), ...(isBundle && { isBundle }) });
});

const PROFILE = '<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>';

/** A tenant in which each line finds its records. */
async function populated(): Promise<TestTenant> {
  const tenant = new TestTenant();
  await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード"],
    ["営業部", "S1"],
  ]);
  const header = ["氏名", "メールアドレス", "組織コード", "社員コード", "役職"];
  for (const title of ["主任", "課長"]) {
    await tenant.import({ kind: "users" }, [
      header,
      ["山田 太郎", "taro@example.jp", "S1", "E1", title],
      ["佐藤 次郎", "jiro@example.jp", "S1", "E2", title],
    ]);
  }
  await tenant.import({ kind: "devices" }, [["シリアルナンバー"], ["C02X"]]);
  await tenant.client["config-profiles"].create({
    name: "パスコード設定",
    kind: "passcode",
    file: Buffer.from(PROFILE).toString("base64"),
  });
  await tenant.client.apps.create({ name: "社内ポータル", kind: "Enterprise" });
  tenant.database.exec("update app set file = (select file from config_profile)");
  await tenant.import({ kind: "docs", createGroups: true }, [
    ["表示名", "ユーザーID", "パスワード", "グループ名"],
    ["花子", "hanako", "Hidden4711", "営業"],
  ]);
  await tenant.client.renewals.add({ name: "本社", kind: "push-certificate", expiresAt: "2099-01-01T00:00:00.000Z" });
  await new Rehearsal({ devices: 2 }, tenant).setUp();
  return tenant;
}

/** A mirror in which change 2 is open: a new user of an app. */
async function mirrored(): Promise<TestTenant> {
  const tenant = new TestTenant();
  await tenant.import({ kind: "docs", fromConsole: true }, [
    ["表示名", "ユーザーID", "説明"],
    ["花子", "hanako", ""],
  ]);
  await tenant.import({ kind: "docs" }, [
    ["表示名", "ユーザーID", "パスワード"],
    ["二郎", "jiro02", "Hidden4713"],
  ]);
  return tenant;
}

const FILES: Readonly<Record<string, string>> = {
  "users.csv": "氏名,メールアドレス\r\n花子,hanako@example.jp\r\n",
  "bad-users.csv": "氏名,メールアドレス\r\n花子,x\r\n",
  "list.csv": "氏名,メールアドレス\r\n",
  "orgs.csv": "組織名,組織コード\r\n人事部,S3\r\n",
  "bad-orgs.csv": "組織名,組織コード\r\n,S3\r\n",
  "devices.csv": "シリアルナンバー\r\nC03Y\r\n",
  "bad-devices.csv": 'シリアルナンバー\r\n""x\r\n',
  "profiles.csv": "プロファイル名,種類\r\nVPN,vpn\r\n",
  "apps.csv": "アプリ名,種類\r\n経費精算,MarketPlace\r\n",
  "bad-apps.csv": "アプリ名,種類\r\n,MarketPlace\r\n",
  "bad-profiles.csv": "プロファイル名,種類\r\n,vpn\r\n",
  "apps.vpptoken": createVppToken(new Date("2099-03-01"), "本社"),
  "docs.csv": "表示名,ユーザーID,パスワード\r\n次郎,jiro,Hidden4712\r\n",
  "bad-docs.csv": "表示名,ユーザーID,パスワード\r\n,jiro,Hidden4712\r\n",
};

const root = folderForAllTests();
const scene = populated();
const mirror = mirrored();
afterAll(async () => {
  for (const tenant of [await scene, await mirror]) await tenant[Symbol.asyncDispose]();
});

function folderWithFiles(): string {
  const folder = mkdtempSync(join(root, "case-"));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
  return folder;
}

const plans = { made: 0 };

async function newPlan(tenant: TestTenant): Promise<string> {
  plans.made += 1;
  const content = `表示名,ユーザーID,説明\r\n花子,hanako,説明${plans.made}\r\n`;
  const { number } = await tenant.client.imports.plan(
    { kind: "docs" },
    { stream: new Blob([content]).stream(), encoding: "utf-8" },
  );
  return number;
}

async function write(of: Case, folder: string, words = ""): Promise<RunResult> {
  const { line, typing, circumstances, list, isInMirror } = of;
  const tenant = await (isInMirror ? mirror : scene);
  return run(`${line.replace("PLAN", line.includes("PLAN") ? await newPlan(tenant) : "")}${words}`, {
    home: mkdtempSync(join(root, "home-")),
    folder,
    tenant: tenant.fetch,
    ...(typing === undefined ? {} : { terminal: { typing } }),
    ...(list !== undefined && { stdin: list.replace("NEW", `n${Math.random()}`.replace(".", "")) }),
    ...circumstances?.(),
  });
}

/** Runs the line of a case where it is to be refused, without a terminal. @returns the exit code */
async function refuse(of: Case, folder: string, words = ""): Promise<number> {
  const { line } = of;
  const ran = await run(`${line}${words}`, { home: mkdtempSync(join(root, "home-")), folder, tenant: {} });
  // nothing was asked of the tenant
  expect(ran.requests).toEqual([]);
  return ran.exit;
}

describe.each(Object.entries(CASES).filter(([, { isBundle }]) => !isBundle))("%s", (_, of) => {
  const { exit = 0, refused = 2, isPublic = false, name: out = "OUT" } = of;

  test("keeps an existing file, and asks nothing of the tenant", async () => {
    const folder = folderWithFiles();
    writeFileSync(join(folder, out), "theirs\n");
    expect(await refuse(of, folder)).toBe(refused);
    expect(readFileSync(join(folder, out), "utf8")).toBe("theirs\n");
    expect(readdirSync(folder).filter((one) => !(one in FILES))).toEqual([out]);
  });

  test("with umask 000, a new file about people is for its owner only; --overwrite replaces it", async () => {
    const folder = folderWithFiles();
    const before = process.umask(0);
    try {
      expect(await write(of, folder)).toMatchObject({ exit });
      expect(statSync(join(folder, out)).mode & 0o777).toBe(isPublic ? 0o666 : 0o600);
      writeFileSync(join(folder, out), "theirs\n");
      expect(await write(of, folder, " --overwrite")).toMatchObject({ exit });
    } finally {
      process.umask(before);
    }
    expect(readFileSync(join(folder, out), "utf8")).not.toContain("theirs");
  });
});

describe("a bundle", () => {
  const { "handover export --output": of } = CASES as { readonly "handover export --output": Case };
  const edited = (folder: string): string => join(folder, "OUT", "manifest.json");

  test("an existing bundle folder is kept, and replaced as a whole with --overwrite", async () => {
    const folder = folderWithFiles();
    expect(await write(of, folder)).toMatchObject({ exit: 0 });
    expect(await refuse(of, folder)).toBe(2);
    const before = lstatSync(edited(folder)).ino;
    expect(await write(of, folder, " --overwrite")).toMatchObject({ exit: 0 });
    expect(lstatSync(edited(folder)).ino).not.toBe(before);
    expect((await write({ line: "handover verify OUT" }, folder)).exit).toBe(0);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test.each([
    ["a person edited", (folder: string) => appendFileSync(edited(folder), " ")],
    ["a person added a file to", (folder: string) => writeFileSync(join(folder, "OUT", "README.md"), "mine")],
    [
      "is a repository",
      (folder: string) =>
        mkdirSync(join(folder, "OUT", ".git")) ?? writeFileSync(join(folder, "OUT", ".git", "HEAD"), "x"),
    ],
    ["is somebody's own", (folder: string) => rmSync(edited(folder))],
  ])("a folder that %s is never replaced", async (_, change) => {
    const folder = folderWithFiles();
    expect(await write(of, folder)).toMatchObject({ exit: 0 });
    change(folder);
    const before = readdirSync(join(folder, "OUT"), { recursive: true });
    for (const words of ["", " --overwrite"]) {
      const ran = await run(`${of.line}${words}`, { folder, tenant: {} });
      expect(ran).toMatchObject({ exit: 2, stdout: "", requests: [] });
      expect(ran.stderr).toContain("this folder is not replaced: it is not a bundle, or its files have changed (");
    }
    expect(readdirSync(join(folder, "OUT"), { recursive: true })).toEqual(before);
  });

  test("a file is never replaced by a folder of its name, nor a folder by an archive", async () => {
    const folder = folderWithFiles();
    writeFileSync(join(folder, "OUT"), "theirs");
    mkdirSync(join(folder, "OUT.zip"));
    for (const line of [of.line, of.line.replace("OUT", "OUT.zip")]) {
      expect(await run(`${line} --overwrite`, { folder, tenant: {} })).toMatchObject({ exit: 2, requests: [] });
    }
    expect(readFileSync(join(folder, "OUT"), "utf8")).toBe("theirs");
  });

  test("an archive is a file like any other", async () => {
    const name = "OUT.zip";
    const folder = folderWithFiles();
    writeFileSync(join(folder, name), "theirs");
    const archive = { line: of.line.replace("OUT", name) };
    expect(await refuse(archive, folder)).toBe(2);
    expect(readFileSync(join(folder, name), "utf8")).toBe("theirs");
    expect(await write(archive, folder, " --overwrite")).toMatchObject({ exit: 0 });
    expect((await write({ line: `handover verify ${name}` }, folder)).exit).toBe(0);
  });
});

describe("a file that the command reads, or writes for another option, is never replaced", () => {
  test.each([
    "users import users.csv --errors ./users.csv",
    "users import users.csv --errors users.csv",
    "users import users.csv --report here/users.csv",
    "users import users.csv --emit-csv link.csv",
    "users import users.csv --map map.yaml --errors map.yaml",
    "users import users.csv --emit-csv a/../new.csv --errors new.csv",
    "users import users.csv --report here/new.csv --errors new.csv",
    "users import users.csv --emit-csv new.csv --mode replace --report new-delete.xlsx",
    "handover report bundle -o bundle/report.html",
    "handover report bundle -o bundle/users.ndjson",
    "handover report users.zip -o users.zip",
  ])("%s", async (line) => {
    const folder = folderWithFiles();
    symlinkSync("users.csv", join(folder, "link.csv"));
    symlinkSync(".", join(folder, "here"));
    mkdirSync(join(folder, "bundle"));
    for (const name of ["report.html", "users.csv"]) writeFileSync(join(folder, "bundle", name), name);
    for (const name of ["a", "map.yaml", "users.zip"]) {
      if (name === "a") mkdirSync(join(folder, name));
      else writeFileSync(join(folder, name), "theirs");
    }
    const contents = (): readonly (readonly [string, string])[] =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile())
        .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "utf8")]);
    const before = contents();
    const { en, ja } = await runInBoth(`${line} --overwrite`, { folder, tenant: {} });
    expect(en).toMatchObject({ exit: 2, stdout: "", requests: [] });
    expect(en.stderr).toMatch(/ (is also an input of this command|is the same file as --|is inside .*bundle, )/);
    expect(ja.stderr).toMatch(/ (は入力に指定したファイルです|は --\S+ と同じファイルです|の中にあります)/);
    expect(contents()).toEqual(before);
  });

  test("accepts a file named - and devices", async () => {
    const folder = folderWithFiles();
    writeFileSync(join(folder, "-"), "theirs");
    for (const line of ["orgs template -o ./- --overwrite", "orgs template -o /dev/null"])
      expect((await run(line, { folder })).exit).toBe(0);
  });
});

describe("the question on a terminal", () => {
  const { "users export --output": of } = CASES as { readonly "users export --output": Case };
  const typing = (key: string): readonly Typing[] => [["Replace the existing OUT?", key]];

  test.each(["n\r", "\r"])("keeps the file if the answer is %j, and exits with 0", async (key) => {
    const folder = folderWithFiles();
    writeFileSync(join(folder, "OUT"), "theirs\n");
    const ran = await run(of.line, { folder, tenant: {}, terminal: { typing: typing(key) } });
    const stderr = expect.stringContaining("nothing was changed");
    expect(ran).toMatchObject({ exit: 0, stdout: "", requests: [], stderr });
    expect(readFileSync(join(folder, "OUT"), "utf8")).toBe("theirs\n");
  });

  test("replaces the file if the answer is yes, in Japanese, too", async () => {
    const folder = folderWithFiles();
    writeFileSync(join(folder, "OUT"), "theirs\n");
    expect(await write({ ...of, typing: typing("y\r") }, folder)).toMatchObject({ exit: 0 });
    expect(readFileSync(join(folder, "OUT"), "utf8")).not.toBe("theirs\n");
    const japanese: readonly Typing[] = [["OUT はすでにあります。置き換えますか?", "y\r"]];
    expect(await write({ ...of, typing: japanese }, folder, " --lang ja")).toMatchObject({ exit: 0 });
  });

  test("is not answered by --yes alone", async () => {
    const folder = folderWithFiles();
    writeFileSync(join(folder, "OUT"), "theirs\n");
    expect(await refuse(of, folder, " --yes")).toBe(2);
    expect(readFileSync(join(folder, "OUT"), "utf8")).toBe("theirs\n");
  });
});

test("a workbook of another type is refused", async () => {
  const { en } = await runInBoth("users template -o list.xlsm", { tenant: {} });
  expect(en).toMatchObject({
    exit: 2,
    requests: [],
    stderr: expect.stringContaining("a file name that ends in .xlsx"),
  });
});

test("names all existing files at once", async () => {
  const folder = folderWithFiles();
  for (const name of ["plan.csv", "bad.csv"]) writeFileSync(join(folder, name), "theirs\n");
  const ran = await run("users import users.csv --report plan.csv --errors bad.csv", { folder, tenant: {} });
  expect(ran).toMatchObject({ exit: 2, requests: [] });
  expect(ran.stderr).toContain("these files already exist\n  plan.csv, bad.csv\n");
});
