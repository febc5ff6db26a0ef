import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseManifest, type Manifest } from "../../lib/handover/bundle/manifest.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { fillAtRandom, SECRET_CANARY } from "#support/tenant/random-tenant.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run, type RunResult } from "#support/commands/program.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const exporting = (
  line: string,
  folder: string,
  { fetch = tenant.fetch, lang = "en" }: { readonly fetch?: TestTenant["fetch"]; readonly lang?: string } = {},
): Promise<RunResult> => run(`handover export ${line} --lang ${lang}`, { home: folder, folder, tenant: fetch });

const manifestIn = (bundle: string): Manifest =>
  parseManifest(readFileSync(join(bundle, "manifest.json"), "utf8"), "manifest.json");

const contentOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(folder, path)).isFile())
      .toSorted()
      .map((path) => [path, readFileSync(join(folder, path)).toString("latin1")]),
  );

const withUsers = (): Promise<unknown> => {
  tenant.addAdministrator("yamada", "hanako@example.co.jp");
  return tenant.import({ kind: "users", createOrgs: true } as const, [
    ["氏名", "メールアドレス", "組織コード"],
    ["山田 花子", "hanako@example.co.jp", "E1"],
    ["佐藤 次郎", "jiro@example.co.jp", "W1"],
  ]);
};

test("a bundle has records, console files, summary, manifest and hashes, and is reproducible", async () => {
  await withUsers();
  const folder = freshFolder();
  const { exit, stdout, stderr } = await exporting(
    "-o one --as-of 2027-03-31 --encoding shift_jis --format table",
    folder,
  );
  expect(stderr).not.toContain("error");
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^users +2/m);
  expect(stderr).toContain("wrote one: 7 records, 10 further files");
  expect(stderr).toMatch(
    /report\.html in the bundle lists \d+ gaps in the checklist; to see the checklist: clomoctl handover checklist/,
  );
  expect(stderr).toContain("clomoctl handover verify one");
  const files = contentOf(join(folder, "one"));
  const sums = (files.get("SHA256SUMS") ?? "").trimEnd().split("\n");
  expect(sums.map((line) => line.slice(66))).toEqual([...files.keys()].filter((path) => path !== "SHA256SUMS"));
  expect(manifestIn(join(folder, "one"))).toMatchObject({
    schema: 101,
    tenant: { name: "試験" },
    asOf: "2027-03-31",
    encoding: "shift_jis",
    newline: "crlf",
    gaps: expect.arrayContaining([
      { item: "contact", gap: "contact-unknown", subject: expect.any(String) as unknown },
    ]) as unknown,
    language: "ja",
    auditHead: { seq: 1 },
  });
  const csv = readFileSync(join(folder, "one/csv/users.csv"));
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(csv)).toContain("山田 花子");
  await exporting("-o other --as-of 2027-03-31 --encoding shift_jis", folder);
  expect(contentOf(join(folder, "other"))).toEqual(files);
});

test("a tenant with a bit of everything exports no secret, without questions or changes", async () => {
  await fillAtRandom(tenant, 9, 20);
  const folder = freshFolder();
  const before = tenant.sql("select count(*) as records, max(hash) as hash from audit");
  const { exit, stdout, stderr } = await exporting("-o all --encoding utf-8 --format json", folder);
  expect(exit).toBe(0);
  expect(tenant.sql("select count(*) as records, max(hash) as hash from audit")).toEqual(before);
  const told = JSON.parse(stdout) as { readonly resource: string; readonly records: number }[];
  const { resources } = manifestIn(join(folder, "all"));
  expect(told.map(({ resource, records }) => [resource, records])).toEqual(
    resources.map(({ name, records }) => [name, records]),
  );
  const all = [...contentOf(join(folder, "all")).values(), stdout, stderr].join("\n");
  expect(all).not.toContain(SECRET_CANARY);
});

test("a bundle is not written to stdout, and no folder named - is created", async () => {
  const folder = freshFolder();
  const { en } = await runInBoth("handover export -o -", { home: folder, folder, tenant: tenant.fetch });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("stdout is used for the result; pass a file name");
  expect(existsSync(join(folder, "-"))).toBe(false);
});

describe("a leaver", () => {
  beforeEach(async () => {
    tenant.addAdministrator("hanako");
    await tenant.client.renewals.add({ kind: "custom", name: "契約", owner: "hanako@accounts.example" });
  });

  test("is in the manifest and report with everything that depends on them, reproducibly", async () => {
    const folder = freshFolder();
    const line = "--leaver hanako@accounts.example --leaves 2027-03-31 --as-of 2027-03-01";
    for (const name of ["one", "two"])
      expect(await exporting(`-o ${name} ${line}`, folder, { lang: "ja" })).toMatchObject({ exit: 0 });
    expect(contentOf(join(folder, "one"))).toEqual(contentOf(join(folder, "two")));
    const third = await exporting(`-o three ${line}`, folder);
    expect(third.stderr).toContain("clomoctl handover checklist --leaver hanako --leaves 2027-03-31\n");
    expect(manifestIn(join(folder, "one")).leaver).toEqual({ person: "hanako", leaves: "2027-03-31" });
    expect(readFileSync(join(folder, "one/report.html"), "utf8")).toContain("引き継ぐもの、最終日 2027-03-31");
    expect(await run("handover verify one", { folder })).toMatchObject({ exit: 0 });
    const other = await run("handover report one --lang en --leaver owner", { folder });
    expect(other).toMatchObject({ exit: 6 });
  });

  test("must be found, or nothing is written, and a last day requires a leaver", async () => {
    const folder = freshFolder();
    for (const lang of ["en", "ja"]) {
      const ran = await exporting("-o one --leaver nobody", folder, { lang });
      expect(ran).toMatchObject({ exit: 6, stdout: "" });
      expect(ran.stderr).toContain(
        lang === "en" ? 'no recorded person matches "nobody"' : "どこにも登録されていません",
      );
      const alone = await exporting("-o one --leaves 2027-03-31", folder, { lang });
      expect(alone).toMatchObject({ exit: 2, requests: [] });
    }
    expect(existsSync(join(folder, "one"))).toBe(false);
  });
});

test("characters that the encoding lacks are listed with their places, and no bundle is left", async () => {
  tenant.addAdministrator();
  await tenant.client.users.create({ name: "😀", emails: ["smile@example.co.jp"] });
  const folder = freshFolder();
  const refused = await exporting("-o one --encoding shift_jis --on-unmappable error", folder);
  expect(refused.exit).toBe(3);
  expect(refused.stderr).toContain("csv/users.csv:3:1: U+1F600");
  expect(refused.stderr).toContain("--on-unmappable replace");
  expect(readdirSync(folder).filter((name) => name.includes("one"))).toEqual([]);
  const replaced = await exporting("-o one --encoding shift_jis --on-unmappable replace", folder);
  expect(replaced.exit).toBe(0);
  expect(replaced.stderr).toContain("1 character replaced by 〓");
  expect(readFileSync(join(folder, "one/resources/users.ndjson"), "utf8")).toContain("😀");
});

test("a name that Shift_JIS lacks does not stop an export, but the file is UTF-8 with a note", async () => {
  tenant.addAdministrator();
  await tenant.client.users.create({ name: "𠮷田 花子", emails: ["hanako@example.co.jp"] });
  await tenant.client.orgs.create({ name: "営業部" });
  const folder = freshFolder();
  const ran = await exporting("-o one --as-of 2027-03-31", folder, { lang: "ja" });
  expect(ran.exit).toBe(0);
  expect(ran.stderr).toContain(
    "csv/users.csv は UTF-8 で書き出しました(shift_jis で表せない文字が 1 個あるため。最初は 3 行目: U+20BB7 𠮷)",
  );
  const { encoding, files } = manifestIn(join(folder, "one"));
  expect(encoding).toBe("shift_jis");
  expect(files.filter((file) => file.encoding !== undefined)).toEqual([
    { path: "csv/users.csv", records: 2, encoding: "utf-8" },
  ]);
  const read = (path: string, as: string) =>
    new TextDecoder(as, { fatal: true }).decode(readFileSync(join(folder, path)));
  expect(read("one/csv/users.csv", "utf-8")).toContain("𠮷田 花子");
  expect(read("one/csv/orgs.csv", "shift_jis")).toContain("営業部");
  expect((await run("handover verify one", { home: folder, folder })).exit).toBe(0);
  await exporting("-o two --as-of 2027-03-31", folder, { lang: "ja" });
  expect(contentOf(join(folder, "two"))).toEqual(contentOf(join(folder, "one")));
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
});

test("a limited account exports nothing, and --require-complete refuses a checklist with gaps", async () => {
  await withUsers();
  await addTestAccount(tenant, { name: "east", role: "division", org: "E1", manages: ["E1"] });
  const { fetch } = tenant.acting("east");
  const folder = freshFolder();
  expect(await exporting("-o one --encoding utf-8", folder, { fetch })).toMatchObject({ exit: 4, stdout: "" });
  const whole = await exporting("-o one --encoding utf-8 --require-complete", folder);
  expect(whole.exit).toBe(3);
  expect(whole.stderr).toMatch(/the checklist has \d+ gaps; nothing was written/);
  expect(whole.stderr).toContain("clomoctl handover checklist");
  expect(readdirSync(folder).filter((name) => name.includes("one"))).toEqual([]);
});

test("an existing file is left unchanged", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "one"), "mine");
  const { exit, stderr } = await exporting("-o one", folder);
  expect(exit).toBe(2);
  expect(stderr).toContain("specify another name, or move the existing file or folder");
  expect(readFileSync(join(folder, "one"), "utf8")).toBe("mine");
  const without = await exporting("", folder);
  expect(without.exit).toBe(2);
  expect(without.stderr).toContain("example: clomoctl handover export -o handover-2027-03");
});

test("a response that ends early leaves no bundle", async () => {
  await withUsers();
  const folder = freshFolder();
  const fetch: TestTenant["fetch"] = async (request) => {
    const response = await tenant.fetch(request);
    if (!request.url.endsWith("/v1/exports")) return response;
    const whole = new Uint8Array(await response.arrayBuffer());
    return new Response(whole.subarray(0, whole.length - 100), response);
  };
  const { exit, stderr } = await exporting("-o one --encoding utf-8", folder, { fetch });
  expect(exit).toBe(7);
  expect(stderr).toContain("the data ends too early");
  expect(readdirSync(folder).filter((name) => name.includes("one"))).toEqual([]);
});

test("a response with a file that a bundle cannot have is refused", async () => {
  const folder = freshFolder();
  const fetch: TestTenant["fetch"] = async (request) => {
    const response = await tenant.fetch(request);
    if (!request.url.endsWith("/v1/exports")) return response;
    const body = Buffer.from(await response.arrayBuffer()).toString("latin1");
    // as long as the right name
    const changed = body.replace("resources/users.ndjson", "resources/other.ndjson");
    return new Response(Buffer.from(changed, "latin1"), response);
  };
  const { exit, stderr } = await exporting("-o one --encoding utf-8", folder, { fetch });
  expect(exit).toBe(7);
  expect(stderr).toContain("resources/other.ndjson");
});

test.each([1, 2, 3])(
  "the export of a random tenant is verified to the last record, however it is packed (%i)",
  async (seed) => {
    await fillAtRandom(tenant, seed);
    const folder = freshFolder();
    for (const name of ["a", "b.zip", "c"]) {
      expect(await exporting(`-o ${name} --as-of 2027-03-31 --encoding utf-8`, folder)).toMatchObject({
        exit: 0,
      });
      const { exit, stdout } = await run(`handover verify ${name} --lang en --format json`, { folder });
      const found = JSON.parse(stdout) as { readonly records: number };
      expect(found).toMatchObject({ faults: [], faultCount: 0 });
      expect(found.records).toBeGreaterThan(20);
      expect(exit).toBe(0);
    }
    expect(await run("handover diff a c", { folder })).toMatchObject({ exit: 0 });
    expect(await run("handover diff b.zip c", { folder })).toMatchObject({ exit: 0 });
  },
);

describe("encrypted", () => {
  test("as .zip.age, only the key opens it, and nothing unencrypted is left", async () => {
    await withUsers();
    const folder = freshFolder();
    const [identity, other] = [await generateX25519Identity(), await generateX25519Identity()];
    writeFileSync(join(folder, "keys.txt"), `# of the successor\n${await identityToRecipient(identity)}\n`);
    const name = "one.zip.age";
    const { exit, stderr } = await exporting(`-o ${name} --encoding utf-8 --encrypt-to keys.txt`, folder);
    expect(exit).toBe(0);
    expect(stderr).toContain(`clomoctl handover verify ${name} --identity KEY-FILE`);
    const encrypted = readFileSync(join(folder, name));
    expect(encrypted.subarray(0, 21).toString("latin1")).toBe("age-encryption.org/v1");
    expect(encrypted.includes("manifest.json")).toBe(false);
    const opening = (key: string): Promise<Uint8Array> => {
      const decrypter = new Decrypter();
      decrypter.addIdentity(key);
      return decrypter.decrypt(encrypted);
    };
    await expect(opening(other)).rejects.toThrow(/no identity matched/);
    writeFileSync(join(folder, "one.zip"), await opening(identity));
    expect((await run(`handover verify one.zip`, { home: folder, folder })).exit).toBe(0);
    expect(readdirSync(join(folder, "tmp")).filter((left) => left.includes("handover"))).toEqual([]);
    const closed = await run(`handover verify ${name} --lang en`, { home: folder, folder });
    expect(closed.exit).toBe(3);
    expect(closed.stderr).toContain("--identity KEY-FILE");
  });

  test.each([
    ["-o one.zip --encrypt-to age1qqq", "FILE.zip.age"],
    ["-o one.zip.age --encrypt-to age1qqq", "not an age recipient (public key)"],
    ["-o one.zip.age --encrypt-to empty.txt", "not an age recipient (public key)"],
    ["-o one.zip.age", "--encrypt-to age1…"],
  ])("options that do not match are refused: %s", async (line, what) => {
    const folder = freshFolder();
    writeFileSync(join(folder, "empty.txt"), "# nobody\n");
    const refused = await exporting(line, folder);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain(what);
    expect(readdirSync(folder).filter((name) => name.includes("one"))).toEqual([]);
  });
});
