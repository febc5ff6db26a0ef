import forge from "node-forge";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestKey } from "#support/apple/simulator/key.ts";
import { decryptServerToken, parseBody } from "#support/apple/simulator/mdm.ts";
import { createRehearsal } from "#support/commands/ade/simulated.ts";
import { freshFolder, runInBoth } from "#support/commands/program.ts";

const KEY = createTestKey();

/** A signing request in PEM. */
function signingRequest(): string {
  const csr = forge.pki.createCertificationRequest();
  csr.publicKey = forge.pki.certificateFromPem(KEY.certificate).publicKey as forge.pki.rsa.PublicKey;
  csr.setSubject([{ name: "commonName", value: "Taro Yamada" }]);
  csr.sign(forge.pki.privateKeyFromPem(KEY.privateKey), forge.md.sha256.create());
  return forge.pki.certificationRequestToPem(csr);
}

const CSR = signingRequest();

/** A folder with a public key, a signing request, and files that are neither. */
function folderWithFiles(): string {
  const folder = freshFolder();
  writeFileSync(join(folder, "key.pem"), KEY.certificate);
  writeFileSync(join(folder, "a.csr"), CSR);
  writeFileSync(join(folder, "broken"), "x");
  return folder;
}

const CONTROL = "http://127.0.0.1:8600/_simulator";

const ADDED = { unassigned: false, silent: false };
const LISTED_FAULT = 'fault\tcount\tafter\tpath\tseconds\tserials\nthrottled\t2\t1\t/profile/devices\t5\t["ONE"]\n';

/** A line of which ONE and TWO are devices of the simulator, what it asks and what it prints. */
test.each([
  ["advance 8d", "POST /advance", { ms: 8 * 24 * 3600 * 1000 }, "now\n2026-11-28T01:00:00Z\n"],
  ["advance 1w --format ndjson", "POST /advance", { ms: 604_800_000 }, '{"now":"2026-11-27T01:00:00Z"}\n'],
  [
    "faults throttled --count 2 --after 1 --path /profile/devices --seconds 5 --serial ONE",
    "POST /faults",
    { fault: "throttled", count: 2, lasting: false, after: 1, path: "/profile/devices", seconds: 5, serials: ["ONE"] },
    LISTED_FAULT,
  ],
  ["faults", "GET /faults", undefined, "fault\tcount\tafter\tpath\tseconds\tserials\n"],
  ["faults --clear --format json", "DELETE /faults", undefined, "[]\n"],
  [
    "devices add --count 1 --family iPhone",
    "POST /devices",
    { count: 1, family: "iPhone", ...ADDED },
    "serial\nLAST\n",
  ],
  ["devices add", "POST /devices", { count: 1, ...ADDED }, "serial\nLAST\n"],
  [
    "devices add C02NEW000001 C02NEW000002 --silent",
    "POST /devices",
    { serials: ["C02NEW000001", "C02NEW000002"], ...ADDED, silent: true },
    "serial\nC02NEW000001\nC02NEW000002\n",
  ],
  [
    "devices assign ONE --to-other Jamf",
    "POST /devices/assign",
    { serials: ["ONE"], server: "Jamf", none: false, silent: false },
    "serial\nONE\n",
  ],
  [
    "devices assign ONE --none",
    "POST /devices/assign",
    { serials: ["ONE"], none: true, silent: false },
    "serial\nONE\n",
  ],
  [
    "devices release ONE TWO --silent",
    "POST /devices/release",
    { serials: ["ONE", "TWO"], silent: true },
    "serial\nONE\nTWO\n",
  ],
  ["devices activate ONE TWO", "POST /devices/activate", { serials: ["ONE", "TWO"] }, "serial\n"],
])("%s sends one request and shows the response", async (line, asked, body, stdout) => {
  const { run, requests, serials } = createRehearsal();
  const [one = "", two = ""] = serials();
  const named = (words: string): string =>
    words
      .replaceAll("ONE", one)
      .replaceAll("TWO", two)
      .replaceAll("LAST", serials().at(-1) ?? "");
  expect(await run(`ade simulator do ${named(line)}`)).toMatchObject({ exit: 0, stdout: named(stdout) });
  const [method = "", path = ""] = asked.split(" ");
  const sent: unknown = body === undefined ? undefined : JSON.parse(named(JSON.stringify(body)));
  expect(requests).toEqual([{ asked: `${method} ${CONTROL}${path}`, body: sent }]);
});

test("devices are bought for our server, another server or no server, and can be moved", async () => {
  const { run, serials } = createRehearsal();
  const [one = "", two = ""] = serials();
  await run("ade simulator do devices add C02NEW000001");
  await run("ade simulator do devices add C02NEW000003 --server Jamf");
  await run("ade simulator do devices add C02NEW000004 --unassigned");
  expect(serials().slice(25)).toEqual(["C02NEW000001"]);
  await run(`ade simulator do devices assign ${one} --to-other Jamf`);
  await run(`ade simulator do devices assign ${two} --none`);
  expect(serials()).toHaveLength(24);
  await run(`ade simulator do devices assign ${one} ${two} --silent`);
  expect(serials()).toHaveLength(26);
});

test("activates and lists devices that have a profile, but not other devices", async () => {
  const { run, serials, mdm, simulator } = createRehearsal();
  const [one = "", two = ""] = serials();
  await mdm.signIn();
  const profile = { profile_name: "a", url: "https://mdm.example.jp", devices: [one] };
  expect(parseBody(await mdm.ask("POST /profile", profile))).toMatchObject({ devices: { [one]: "SUCCESS" } });
  const { stdout } = await run(`ade simulator do devices activate ${one} ${two}`);
  expect(stdout).toBe(`serial\n${one}\n`);
  expect([...simulator.devices()].slice(0, 2).map(({ profileStatus }) => profileStatus)).toEqual(["pushed", "empty"]);
});

test("shows that terms last until they are cleared and that a reset happens once", async () => {
  const { run, inBoth } = createRehearsal();
  await run("ade simulator do faults terms");
  await run("ade simulator do faults reset");
  await run("ade simulator do faults slow --always");
  const { en, ja } = await inBoth("ade simulator do faults", { terminal: {} });
  expect(en.stdout).toMatch(/terms\s+until cleared[^]*reset\s+1×[^]*slow\s+until cleared/);
  expect(ja.stdout).toMatch(/解除するまで[^]*1 回/);
});

test.each([
  ["devices add --silent", /: clomoctl ade sync --full\n$/],
  ["devices add", /: clomoctl ade sync\n$/],
  ["faults terms", /: clomoctl ade sync\n.*: clomoctl ade simulator do faults --clear\n$/],
  [
    "faults terms --url http://127.0.0.1:8600",
    /to clear the fault:\s+clomoctl ade simulator do faults --clear --url http:\/\/\S+\n$/,
  ],
  ["faults", /^$/],
  ["advance 8d", /^$/],
])("on a terminal, %s says what to type next", async (line, next) => {
  const { stderr } = await createRehearsal().run(`ade simulator do ${line}`, { terminal: {} });
  expect(stderr.replaceAll(/no results\n/g, "")).toMatch(next);
});

/** A line of a step that writes a file: its request, the usual name and what is said. */
test.each([
  [
    "business-key",
    "POST /business-keys",
    {},
    "SIMULATOR_business_key.pem",
    /^client ID: BUSINESSAPI\.[0-9a-f-]{36}\nkey ID: [0-9a-f-]{36}\nto compare a purchase list with Apple Business, using this key: clomoctl ade reconcile FILE --apple-business .+ --business-key-file SIMULATOR_business_key\.pem\n$/,
    /クライアント ID: BUSINESSAPI.*\nキー ID: /,
  ],
  [
    "push-certificate --csr a.csr",
    "POST /push-certificates",
    { csr: CSR },
    "MDM_SIMULATOR_Certificate.pem",
    /^to upload the certificate to the tenant: clomoctl push-certificate upload MDM_SIMULATOR_Certificate\.pem --apple-account ADDRESS\n$/,
    /取り込むには: clomoctl push-certificate upload MDM_SIMULATOR_Certificate-2\.pem/,
  ],
  [
    "token --public-key key.pem",
    "POST /tokens",
    { certificate: KEY.certificate },
    "SIMULATOR_MDM_Server_Token_2026-11-20T01-00-00Z_smime.p7m",
    /^to set the token: clomoctl ade token set SIMULATOR_MDM_Server_Token_2026-11-20T01-00-00Z_smime\.p7m\n$/,
    /設定するには: clomoctl ade token set \S+-2\.p7m\n$/,
  ],
  [
    "vpp-token --org Tokyo --other-mdm",
    "POST /vpp-tokens",
    { org: "Tokyo", holder: { id: "simulator-other-mdm", name: "SIMULATOR other MDM", metadata: "" } },
    "sToken_for_SIMULATOR_Tokyo_.vpptoken",
    /^to set the token: clomoctl vpp tokens set sToken_for_SIMULATOR_Tokyo_\.vpptoken --org Tokyo\n$/,
    /設定するには: clomoctl vpp tokens set sToken_for_SIMULATOR_Tokyo_-2\.vpptoken --org Tokyo\n$/,
  ],
])("%s writes a file with Apple's file name, keeps the previous file, and says what to type", async (...row) => {
  const [line, asked, body, name, next, inJapanese] = row;
  const folder = folderWithFiles();
  const { inBoth, requests } = createRehearsal();
  const { en, ja } = await inBoth(`ade simulator do ${line}`, { folder });
  const [method = "", path = ""] = asked.split(" ");
  expect(requests[0]).toEqual({ asked: `${method} ${CONTROL}${path}`, body });
  expect(requests).toHaveLength(2);
  expect(en).toMatchObject({ exit: 0, stdout: "" });
  const [written = "", ...more] = en.stderr.split(/^(?<=^.*\n)/m);
  expect(written).toBe(`written: ${name}\n`);
  expect(more.join("")).toMatch(next);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(ja.stderr).toMatch(/^書き出しました: .*-2\.\w+\n/);
  expect(ja.stderr).toMatch(inJapanese);
});

test("a business key is a private key", async () => {
  const { stdout } = await createRehearsal().run("ade simulator do business-key -o -");
  expect(createPrivateKey(stdout).asymmetricKeyType).toBe("ec");
});

test("a push certificate has its own topic, which --renew keeps", async () => {
  const folder = folderWithFiles();
  const { run, requests } = createRehearsal();
  const line = "ade simulator do push-certificate --csr a.csr";
  const { stdout } = await run(`${line} -o -`, { folder });
  const { subject } = new X509Certificate(stdout);
  const topic = /UID=(\S+)/.exec(subject)?.[1] ?? "";
  expect(await run(`${line} --renew ${topic} -o SIMULATOR-new.pem`, { folder })).toMatchObject({ exit: 0 });
  expect(requests.at(-1)?.body).toMatchObject({ renew: topic });
  expect(new X509Certificate(readFileSync(join(folder, "SIMULATOR-new.pem"))).subject).toBe(subject);
});

test("a token is made for the public key, with the given server, administrator and file", async () => {
  const folder = folderWithFiles();
  const { run, requests } = createRehearsal();
  const words = "--server Jamf --admin jiro@example.jp -o SIMULATOR-t.p7m";
  expect(await run(`ade simulator do token --public-key key.pem ${words}`, { folder })).toMatchObject({ exit: 0 });
  expect(requests[0]?.body).toMatchObject({ server: "Jamf", admin: "jiro@example.jp" });
  const token = decryptServerToken(readFileSync(join(folder, "SIMULATOR-t.p7m"), "utf8"), KEY.privateKey);
  expect(token.consumer_key).toContain("CK_SIMULATOR_");
  const out = await run("ade simulator do token --public-key key.pem -o -", { folder });
  expect(out).toMatchObject({ stdout: expect.stringMatching(/^Content-Type: application\/pkcs7-mime/), stderr: "" });
});

test("a content token is for its location and has no holder without --other-mdm", async () => {
  const { run, requests } = createRehearsal();
  const { stdout } = await run("ade simulator do vpp-token --org Tokyo -o -");
  const content: unknown = JSON.parse(Buffer.from(stdout, "base64").toString());
  expect(content).toMatchObject({ orgName: "SIMULATOR Tokyo" });
  expect(requests[0]?.body).toEqual({ org: "Tokyo", holder: null });
});

/** A line that is refused, in a rehearsal where ONE is a device and C02GONE00001 was released. */
test.each([
  ["advance 9999w", 2, "ms: ", "ms の値が正しくありません"],
  ["faults terms --clear", 2, "--clear", "同時に指定できません"],
  ["faults terms --count 1 --always", 2, "--always", "同時に指定できません"],
  ["faults terms --path devices", 2, "path: ", "path の値が正しくありません"],
  [
    "push-certificate --csr broken",
    3,
    "the file is not a certificate signing request (CSR), or is broken",
    "CSR ファイルではない",
  ],
  ["push-certificate --csr a.csr --renew x", 6, "the portal does not have certificate x", "証明書 x はありません"],
  ["token --public-key key.pem -o token.p7m", 2, "-o SIMULATOR-token.p7m", "SIMULATOR を含めてください"],
  ["token --public-key broken", 3, "the public key file is not a PEM certificate with an RSA key", "公開鍵ファイルが"],
  [`vpp-token --org ${"a".repeat(201)}`, 2, "org: ", "org の値が正しくありません"],
  ["devices add ONE", 3, "already in the organisation", "すでに組織にある"],
  ["devices add C02NEW000002 C02NEW000002", 3, "already in the organisation", "すでに組織にある"],
  ["devices add SIM000000000", 3, "already in the organisation", "すでに組織にある"],
  ["devices add C02NEW000009 --count 2", 2, "either a count or serial numbers", "どちらか一方"],
  ["devices add abc", 2, "serials", "serials"],
  ["devices add 3", 2, "--count 3", "--count 3"],
  ["devices activate ELSEWHERE", 6, "ELSEWHERE", "組織にないデバイスです"],
  ["devices assign C02GONE00001", 6, "organisation: C02GONE00001", "組織にないデバイスです: C02GONE00001"],
  ["devices assign ONE --to-other x --none", 2, "--to-other and --none", "同時に指定できません"],
  [
    "devices release ONE ELSEWHERE",
    6,
    "not in the simulated organisation: ELSEWHERE\n  add the devices first: clomoctl ade simulator do devices add",
    "組織にないデバイスです: ELSEWHERE",
  ],
])("%s is refused with exit code %i, and nothing is done or written", async (line, exit, inEnglish, inJapanese) => {
  const folder = folderWithFiles();
  const { run, inBoth, serials } = createRehearsal();
  await run("ade simulator do devices add C02GONE00001");
  await run("ade simulator do devices release C02GONE00001");
  const before = serials();
  const { en, ja } = await inBoth(
    `ade simulator do ${line.replace("ONE ", `${before[0]} `).replace(/ONE$/, before[0] ?? "")}`,
    { folder },
  );
  expect(en).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(inEnglish) });
  expect(ja).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(inJapanese) });
  expect(serials()).toEqual(before);
  expect(readdirSync(folder)).toEqual(["a.csr", "broken", "key.pem"]);
});

test("a file name without SIMULATOR is refused before the previous token is ended", async () => {
  const { run, requests } = createRehearsal();
  await run("ade simulator do token --public-key key.pem -o token.p7m", { folder: folderWithFiles() });
  expect(requests).toEqual([]);
});

test("a response that is not a key exits with 7, and no file is written", async () => {
  const folder = freshFolder();
  const apple = () => Promise.resolve({ status: 200, headers: {}, body: "<html>" });
  const line = "ade simulator do business-key --url http://127.0.0.1:9";
  const { en, ja } = await runInBoth(line, { apple, folder });
  expect(en).toMatchObject({
    exit: 7,
    stderr: expect.stringContaining("the server at this address is not a clomoctl simulator"),
  });
  expect(ja.stderr).toContain("clomoctl のシミュレーターではありません");
  expect(readdirSync(folder)).toEqual([]);
});
