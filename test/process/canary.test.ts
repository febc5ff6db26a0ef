import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openPostOffice } from "#support/renewals/post-office.ts";
import { Canaries, newSecret, runWatched } from "#support/process/canary.ts";
import { encodeCsv, type Cells } from "#support/tenant/tenant.ts";
import { freshHome, type Outcome } from "#support/process/program.ts";
import { openDatabase, TENANT } from "#support/process/tenant-state.ts";

interface More {
  readonly stdin?: Uint8Array;
  readonly env?: Record<string, string>;
}

/** A home, a folder for files beside it, and what looks for secrets in them. @param its a home that is there already */
async function watchedDesk(secrets: readonly string[], files: readonly string[], its?: string) {
  const [home, folder] = [its ?? (await freshHome()), await freshHome()];
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  const canaries = new Canaries(secrets);
  const mayHold = (path: string): boolean => files.includes(path);
  // a file is written under another name first, and stdin is read twice
  const mayPass = (path: string): boolean =>
    path.startsWith(join("tmp", ".stdin.")) || files.some((name) => path.startsWith(`.${name}.`));
  const runOnce = async (code: number, line: string, { env, ...rest }: More = {}): Promise<void> => {
    // each line is run twice
    const ended: Outcome = await runWatched(canaries, [...line.split(" "), "--overwrite"], {
      ...rest,
      home,
      cwd: folder,
      env: { TMPDIR: temporary, ...env },
      folders: [home, folder],
      mayHold,
      mayPass,
    });
    expect(ended, `${line}\n${ended.stderr}`).toMatchObject({ code });
  };
  return {
    home,
    canaries,
    write: (name: string, cells: Cells) => writeFile(join(folder, name), encodeCsv(cells, { encoding: "shift_jis" })),
    path: (name: string) => join(folder, name),
    runOnce,
    async run(code: number, line: string, more: More = {}) {
      for (const words of ["", " --verbose --format json"]) await runOnce(code, line + words, more);
    },
  };
}

test("each form of a secret is found", () => {
  const secret = newSecret("x");
  const bytes = Buffer.from(secret);
  const wide = Buffer.from(secret, "utf16le");
  const forms = [
    Buffer.from(`a${secret}b`),
    wide,
    Buffer.from(wide).swap16(),
    ...["", "a", "ab"].map((start) => Buffer.from(Buffer.from(`${start}${secret}xyz`).toString("base64"))),
    Buffer.from(bytes.toString("hex")),
    Buffer.from(encodeURIComponent(secret)),
    Buffer.from([...secret].toReversed().join("")),
  ];
  for (const form of forms) {
    const canaries = new Canaries([secret]);
    canaries.look("here", form);
    expect([...canaries.found].join(""), form.toString("latin1")).toContain("here");
  }
  const none = new Canaries([secret]);
  none.look("here", Buffer.from(newSecret("x")));
  expect(none.found.size).toBe(0);
});

const ACCOUNT = ["CLOMOアカウント名", "CLOMOアカウントパスワード"];

/** Another process that writes, until it is killed; a lock of our own would go with the first look at the files. */
async function holdLock(home: string): Promise<ChildProcess> {
  const script = `
    const held = new (require("node:sqlite").DatabaseSync)(process.argv[1]);
    held.exec("begin immediate");
    console.log("held");
    setInterval(() => held.isOpen, 1000);`;
  const holder = spawn(process.execPath, ["-e", script, join(home, TENANT, "tenant.db")]);
  onTestFinished(() => void holder.kill());
  await once(holder.stdout, "data");
  return holder;
}

test("an account's password, imported in every way, is only in the files for the console and for fixing", async () => {
  const secret = newSecret("account");
  const desk = await watchedDesk([secret], ["users.csv", "more.csv", "bad.csv", "upload.csv", "errors.csv"]);
  const header = ["氏名", "メールアドレス", "組織コード", ...ACCOUNT];
  const people = (title: string): Cells => [
    header,
    [`山田 ${title}`, "taro@example.jp", "S1", "taro", secret],
    ["佐藤", "hana@example.jp", "S1", "hana", secret],
  ];
  await desk.write("users.csv", people("太郎"));
  await desk.write("more.csv", people("次郎"));
  await desk.write("bad.csv", [
    header,
    ["", "none", "S1", "taro", secret],
    ["鈴木", "s@example.jp", "S9", "s", secret],
  ]);
  await desk.run(0, "users import users.csv --create-orgs --dry-run --report report.csv");
  await desk.run(3, "users import bad.csv --yes --errors errors.csv --report report.csv");
  await desk.run(2, "users import users.csv --create-orgs --no-input");
  await desk.run(0, "users import users.csv --create-orgs --yes --report report.csv");
  await desk.run(0, "users export -o taken.csv");
  await desk.run(0, "console sync taken.csv --yes");
  await desk.run(0, "users import more.csv --yes --emit-csv upload.csv");
  await desk.run(0, "csv check users.csv --as users");
  await desk.run(0, "imports show last --rows");
  await desk.run(0, "users history taro@example.jp");
  await desk.run(0, "users list --fields all");
  await desk.run(0, "users export -o export.csv");
  await desk.run(0, "audit list");
  await desk.run(0, "console list");
  await desk.run(0, "users import - --yes", { stdin: encodeCsv(people("三郎"), { encoding: "shift_jis" }) });
  await desk.run(3, "users import - --yes", {
    stdin: encodeCsv([header, ["", "", "", "", secret]], { encoding: "shift_jis" }),
  });
  const holder = await holdLock(desk.home);
  await desk.run(5, "users import users.csv --yes");
  holder.kill();
  await desk.run(0, "users delete hana@example.jp --dry-run");
  expect([...desk.canaries.found]).toEqual([]);
}, 180_000);

test("passwords, keys and passphrases of SECURED APPs users are only in the files", async () => {
  const headers = [
    "IMAPアカウントパスワード",
    "IMAP認証パスフレーズ",
    "Exchangeアカウントパスワード",
    "Exchange認証パスフレーズ",
    "Microsoft365認証パスフレーズ",
    "プロキシパスワード",
  ];
  const others = headers.map((_, at) => newSecret(`mail${at}`));
  const [password, key] = [newSecret("password"), newSecret("key")];
  const inputs = ["docs.csv", "calendar.csv", "bad.csv", "header.csv", "password", "key", "unfit"];
  const desk = await watchedDesk([password, key, ...others], [...inputs, "upload.csv", "errors.csv"]);
  const docs = ["表示名", "ユーザーID", "パスワード", "シークレットキー"];
  await desk.write("docs.csv", [docs, ["花子", "hanako", password, key]]);
  await desk.write("bad.csv", [
    docs,
    ["花子", "hanako", `${password}-`, `${key}-`],
    ["", "x", `${password} ${key}`, ""],
  ]);
  await desk.write("header.csv", [
    [...docs, "知らない列"],
    ["花子", "hanako", password, key, password],
  ]);
  await desk.write("calendar.csv", [
    ["表示名", "ユーザーID", "パスワード", ...headers],
    ["花子", "hanako", password, ...others],
  ]);
  for (const app of ["docs", "calendar"]) {
    await desk.run(0, `secured users import ${app}.csv --app ${app} --dry-run --report report.csv`);
    await desk.run(0, `secured users import ${app}.csv --app ${app} --yes`);
    await desk.run(0, `secured users export --app ${app} -o ${app}-taken.csv`);
    await desk.run(0, `console sync ${app}-taken.csv --app ${app} --yes`);
    await desk.run(0, `secured users import ${app}.csv --app ${app} --emit-csv upload.csv --yes`);
    await desk.run(0, `secured users show hanako --app ${app}`);
    await desk.run(0, `secured users export --app ${app} -o export.csv`);
    await desk.run(0, "imports show last --rows");
  }
  await writeFile(desk.path("password"), `${password}\n`, { mode: 0o600 });
  await writeFile(desk.path("key"), `${key}\n`, { mode: 0o600 });
  await writeFile(desk.path("unfit"), `${password}-\n`, { mode: 0o600 });
  const secrets = "--app docs --password-file password --secret-key-file key";
  await desk.run(0, `secured users create taro --name 太郎 ${secrets} --dry-run`);
  await desk.run(0, `secured users edit hanako ${secrets}`);
  await desk.run(0, "secured users edit hanako --app docs --password-stdin", { stdin: Buffer.from(`${password}\n`) });
  await desk.run(3, `secured users create hanako --name 花子 ${secrets}`);
  await desk.run(3, "secured users create taro --name 太郎 --app docs --password-file unfit");
  await desk.run(3, "secured users import bad.csv --app docs --yes --errors errors.csv --report report.csv");
  await desk.run(3, "secured users import header.csv --app docs --yes --errors errors.csv");
  await desk.run(3, "csv check bad.csv --as docs");
  await desk.run(0, "audit list");
  await desk.run(0, "console list");
  expect([...desk.canaries.found]).toEqual([]);
}, 180_000);

test("an account's password set by hand, and its verifier, are only in the file and the row", async () => {
  const secret = `${newSecret("account")}A1`;
  const weak = newSecret("weak").toLowerCase().replaceAll(/\d/g, "");
  const files = ["password", "weak"];
  const desk = await watchedDesk([secret, weak], files);
  await writeFile(desk.path("password"), `${secret}\n`, { mode: 0o600 });
  await writeFile(desk.path("weak"), `${weak}\n`, { mode: 0o600 });
  await desk.write("users.csv", [
    ["氏名", "メールアドレス", "組織コード", ACCOUNT[0] ?? ""],
    ["山田", "taro@example.jp", "S1", "taro"],
    ["佐藤", "hana@example.jp", "S1", "hana"],
    ["鈴木", "ichiro@example.jp", "S2", "ichiro"],
  ]);
  await desk.run(0, "users import users.csv --create-orgs --yes");
  await desk.runOnce(0, "users create --name 髙橋 --email jiro@example.jp");
  const role = "--role system --password-file";
  await desk.run(0, `clomo-account create jiro@example.jp --account jiro ${role} password --dry-run`);
  await desk.run(3, `clomo-account create jiro@example.jp --account jiro ${role} weak`);
  await desk.run(3, `clomo-account create jiro@example.jp --account taro ${role} password`);
  await desk.run(3, `clomo-account create taro@example.jp --account taro ${role} password`);
  await desk.run(6, `clomo-account create nobody@example.jp --account nobody ${role} password`);
  await desk.run(3, `clomo-account edit hana --password-file weak --role division --managed-orgs S1`);
  await desk.run(0, `clomo-account edit taro ${role} password`);
  await desk.run(0, "clomo-account edit hana --role division --managed-orgs S1 --password-file password");
  // who acts as somebody is refused, and tells no more of it
  await desk.run(4, "clomo-account edit taro --password-file password --as hana");
  await desk.run(0, "clomo-account edit ichiro --role operator --password-file - --as taro", {
    stdin: Buffer.from(`${secret}\n`),
  });
  await desk.run(3, "clomo-account edit ichiro --role system --password-file - --as taro", {
    stdin: Buffer.from(`${weak}\n`),
  });
  const holder = await holdLock(desk.home);
  await desk.run(5, "clomo-account edit hana --password-file password");
  holder.kill();
  const proofs = openDatabase(desk.home);
  const verifiers = proofs.prepare("select verifier from account where verifier is not null").all();
  proofs.close();
  expect(verifiers).toHaveLength(3);
  const told = await watchedDesk(
    verifiers.flatMap(({ verifier }) => String(verifier).split("$").slice(-2)),
    [join("tenants", "local", "tenant.db"), join("tenants", "local", "tenant.db-wal")],
    desk.home,
  );
  for (const one of [desk, told]) {
    await one.run(0, "clomo-account list --fields all");
    await one.run(0, "clomo-account show taro");
    await one.run(0, "users list --fields all");
    await one.run(0, "users show hana --as taro");
    await one.run(0, "users history ichiro");
    await one.run(0, "users export -o export.csv");
    await one.run(0, "clomo-account edit hana --memo 人事");
    await one.run(0, "audit list --fields all");
    await one.run(0, "audit show 2");
    await one.run(0, "whoami --as hana");
    await one.run(1, "status");
    for (const list of ["clomo-account list --fields all", "audit list"])
      await one.runOnce(0, `${list} --format xlsx -o list.xlsx`);
    expect([...one.canaries.found]).toEqual([]);
  }
}, 600_000);

test("credentials for sending reminders are not shown", async () => {
  const [wrong, password, path] = [newSecret("wrong"), newSecret("smtp"), newSecret("hook")];
  const office = await openPostOffice({
    authOptional: false,
    onAuth: (given, _, done) =>
      given.password === password ? done(null, { user: "it" }) : done(new Error(`no ${given.password}`)),
  });
  onTestFinished(() => office.close());
  const desk = await watchedDesk([wrong, password, path], ["smtp-password", "chat-url"]);
  const settings = (secret: string): string =>
    [
      `smtp: {host: 127.0.0.1, port: ${office.port}, security: none, from: a@example.jp, user: it, ${secret}}`,
      "recipients:",
      "  - {name: it, way: mail, address: it@example.jp}",
      "  - {name: chat, way: webhook, url-file: chat-url}",
      "",
    ].join("\n");
  const expires = new Date(Date.now() + 12 * 86_400_000).toISOString().slice(0, 10);
  await desk.run(0, "renewals list");
  await runAdd(desk, expires);
  await writeFile(join(desk.home, "chat-url"), `http://127.0.0.1:9/${path}`, { mode: 0o600 });
  await writeFile(join(desk.home, "smtp-password"), `${wrong}\n`, { mode: 0o600 });
  await writeFile(join(desk.home, "notify.yaml"), settings("password-file: smtp-password"));
  await desk.run(2, "status --notify");
  await writeFile(join(desk.home, "smtp-password"), `${password}\n`, { mode: 0o600 });
  await desk.run(2, "status --notify");
  expect(office.delivered.length).toBeGreaterThan(0);
  await desk.run(0, "audit list");
  expect([...desk.canaries.found]).toEqual([]);
}, 180_000);

const runAdd = async (desk: Awaited<ReturnType<typeof watchedDesk>>, expires: string): Promise<void> => {
  const ended = await runWatched(desk.canaries, ["renewals", "add", "本社", "--kind", "custom", "--expires", expires], {
    home: desk.home,
    folders: [desk.home],
    mayHold: () => false,
    mayPass: () => false,
  });
  expect(ended.code, ended.stderr).toBe(0);
};
