import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { SIMULATED_ADE, PROFILE } from "#support/commands/ade/profiles.ts";
import {
  testRefusedInMirror,
  testRefusals,
  testTenantFailures,
  testWrongLines,
} from "#support/commands/command-failures.ts";

testWrongLines(
  ["ade devices list --state lost"],
  ["ade status --bogus"],
  ["ade sync --full --delta", "--full and --delta cannot be used together"],
  ["ade sync --max-deletions many", '" is neither a number of records nor a percentage'],
  ["ade sync --watch soon", '"soon" is not an interval from 1m to 7d'],
  ["ade sync --watch 8d", '"8d" is not an interval from 1m to 7d'],
  ["ade sync --every soon", '"soon" is not an interval from 1m to 7d'],
  ["ade sync --watch 1h --every 1h", "--watch and --every cannot be used together"],
  ["ade simulator do advance"],
  ["ade simulator do advance soon", "soon"],
  ["ade simulator do business-key x"],
  ["ade simulator do business-key -o b.pem", "SIMULATOR"],
  ["ade simulator do devices activate"],
  ["ade simulator do devices assign"],
  ["ade simulator do devices release"],
  ["ade simulator do faults bogus", "bogus"],
  ["ade simulator do faults terms --count 0", "--count"],
  ["ade simulator do push-certificate"],
  ["ade simulator do push-certificate --csr a --renew", "--renew"],
  ["ade simulator start x"],
  ["ade simulator start --devices many", "--devices"],
  ["ade simulator do token"],
  ["ade simulator do token x --public-key a", "x"],
  ["ade simulator do vpp-token"],
  ["ade simulator do vpp-token --org a -o b", "SIMULATOR"],
);

testRefusedInMirror(
  "ADE プロファイル",
  "ade profiles assign none --file none.csv",
  "ade profiles auto-apply none --org none",
  "ade profiles create --from none",
  "ade profiles delete none",
  "ade profiles unassign --org none",
);

testRefusedInMirror("Automated Device Enrollment", "ade token set none.p7m");

const AT_ADE = { ade: SIMULATED_ADE };
const TERMS = new Failure("not-permitted", { what: text("terms", "規約") });
const CREATE = "ade profiles create 本社 --url https://mdm.example.jp/enroll";

testTenantFailures(
  { line: "ade account", failing: "contactAde", code: "not-permitted" },
  { line: "ade endpoint set --apple", failing: "setAdeEndpoint", code: "not-permitted" },
  { line: "ade endpoint show", code: "unavailable" },
  { line: "ade profiles list", failing: "ade", code: "locked" },
  {
    line: "ade reconcile purchased.csv",
    failing: "ade",
    code: "locked",
    files: { "purchased.csv": "serial\nA1\n" },
  },
  { line: "ade status", code: "unavailable" },
  {
    line: "ade token set SIMULATOR_token.p7m",
    failing: "setAdeToken",
    tenant: AT_ADE,
    files: { "SIMULATOR_token.p7m": "MIME" },
  },
);

testRefusals(
  {
    line: "ade devices show X1",
    exit: 6,
    en: "clomoctl ade devices list",
    tenant: { ...AT_ADE, findAdeDevices: { items: [] } },
  },
  ...["", " --apple --simulator http://x", " --apple http://x", " --simulator http://x http://y"].map((words) => ({
    line: `ade endpoint set${words}`,
    exit: 2,
    en: "specify exactly one of --apple, --simulator URL and URL",
    ja: "どれか 1 つ",
  })),
  {
    line: "ade profiles assign 本社 A1",
    exit: 4,
    en: "\nerror: terms\n",
    ja: "\nエラー: 規約\n",
    tenant: { ...AT_ADE, adeProfiles: { items: [PROFILE] }, assignAdeProfile: TERMS },
  },
  {
    line: CREATE,
    exit: 4,
    en: "\nerror: terms\n",
    ja: "\nエラー: 規約\n",
    tenant: { ...AT_ADE, createAdeProfile: TERMS },
  },
  ...["assign 本社", "assign 本社 A1 --unassigned", "assign 本社 --org x --file -", "unassign"].map((words) => ({
    line: `ade profiles ${words}`,
    exit: 2,
    en: "select the devices in exactly one way",
    ja: "対象のデバイスを 1 つの方法で",
  })),
  ...["", " 本社 --none"].map((words) => ({
    line: `ade profiles auto-apply${words}`,
    exit: 2,
    en: "specify either a profile or --none",
    ja: "--none",
  })),
  { line: "ade profiles create", exit: 2, en: "NAME is missing", ja: "NAME" },
  { line: "ade profiles create 本社", exit: 2, en: "--url is missing", ja: "--url" },
  { line: `${CREATE} --supervised perhaps`, exit: 2, en: "--supervised must be one of", ja: "--supervised" },
  { line: "ade profiles delete 本社", exit: 6, en: "本社", tenant: { ...AT_ADE, adeProfiles: { items: [] } } },
  { line: "ade profiles show 大阪", exit: 6, en: "大阪", tenant: { ...AT_ADE, adeProfiles: { items: [PROFILE] } } },
  {
    line: `ade profiles show ${PROFILE.name}`,
    exit: 2,
    en: PROFILE.id,
    tenant: { ...AT_ADE, adeProfiles: { items: [PROFILE, { ...PROFILE, id: PROFILE.id.replace(/..$/, "99") }] } },
  },
  { line: "ade reconcile none.csv", exit: 6, en: "none.csv", tenant: {} },
  { line: "ade token set none.p7m", exit: 6, en: "none.p7m", tenant: AT_ADE },
  {
    line: "ade token set SIMULATOR_token.p7m",
    exit: 3,
    en: "SIMULATOR_token.p7m",
    tenant: AT_ADE,
    files: { "SIMULATOR_token.p7m": new Uint8Array(300_000) },
  },
);
