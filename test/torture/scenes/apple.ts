import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startSimulator } from "#support/process/simulator.ts";
import { prepared, type Scene } from "./scene.ts";

/** The address of a simulated server of Apple with devices: one for each scene, as a new token ends the former one. */
const simulator = async (home: string): Promise<string> =>
  (await startSimulator(home, "--devices", "300", "--seed", "torture")).url;

/** A tenant that is to ask the simulated server, whose address stands for `ID`. */
async function withEndpoint(home: string): Promise<string> {
  const url = await simulator(home);
  await prepared(home, "ade", "endpoint", "set", "--simulator", url);
  return url;
}

const TOKEN = "SIMULATOR_Token.p7m";
const tokenFor = (url: string): readonly string[] => [
  "ade",
  "simulator",
  "do",
  "token",
  "--public-key",
  "key.pem",
  "-o",
  TOKEN,
  "--url",
  url,
];

async function withKey(home: string): Promise<string> {
  const url = await withEndpoint(home);
  await prepared(home, "ade", "keypair", "create", "-o", "key.pem");
  return url;
}

async function withTokenFile(home: string): Promise<string> {
  const url = await withKey(home);
  await prepared(home, ...tokenFor(url));
  return url;
}

/** A tenant that knows a simulated server of Apple with devices. */
async function withApple(home: string): Promise<string> {
  const url = await withTokenFile(home);
  await prepared(home, "ade", "token", "set", TOKEN);
  return url;
}

const PROFILE = ["ade", "profiles", "create", "本社", "--url", "https://mdm.example.jp/enroll", "--skip", "Siri"];

/** A tenant with a profile and devices, one of which is `ID`. */
async function withProfile(home: string): Promise<string> {
  await withApple(home);
  await prepared(home, "ade", "sync");
  await prepared(home, ...PROFILE);
  const listed = await prepared(home, "ade", "devices", "list", "--limit", "1", "--format", "json");
  return (JSON.parse(listed.text) as readonly { readonly serialNumber: string }[])[0]?.serialNumber ?? "";
}

/** The same, and the device and all new ones have the profile. */
async function withAssigned(home: string): Promise<string> {
  const serial = await withProfile(home);
  await prepared(home, "ade", "profiles", "assign", "本社", serial);
  await prepared(home, "ade", "profiles", "auto-apply", "本社");
  return serial;
}

const REQUEST = "request.csr";
const request = ["push-certificate", "csr", "--email", "mdm@example.jp", "--name", "Hanako Yamada", "-o", REQUEST];
const CERTIFICATE = "SIMULATOR_MDM.pem";
const certify = (url: string): readonly string[] => [
  "ade",
  "simulator",
  "do",
  "push-certificate",
  "--csr",
  REQUEST,
  "-o",
  CERTIFICATE,
  "--url",
  url,
];

/** A tenant that waits for the certificate of its request. */
async function withRequest(home: string): Promise<string> {
  const url = await withEndpoint(home);
  await prepared(home, ...request);
  return url;
}

const VPP = "SIMULATOR_Tokyo.vpptoken";
const vppTokenFrom = (url: string): readonly string[] => [
  "ade",
  "simulator",
  "do",
  "vpp-token",
  "--org",
  "全社",
  "-o",
  VPP,
  "--url",
  url,
];
const setVpp = ["vpp", "tokens", "set", VPP, "--org", "全社"];

/** What is done at Apple first, and recorded then; a record of the audit tells how much was left to do. */
const AT_APPLE = {
  steps: true,
  readsDate: true,
  tables: ["device", "ade_device", "ade_profile", "ade_server"],
} as const;

/** Apple's devices, profiles, tokens and certificates, from a simulated server. */
export const APPLE: readonly Scene[] = [
  { name: "ade sync", prepare: withApple, line: ["ade", "sync"], ...AT_APPLE, tables: ["device", "ade_device"] },
  { name: "ade endpoint set", prepare: simulator, line: ["ade", "endpoint", "set", "--simulator", "ID"] },
  {
    name: "ade keypair create",
    prepare: withEndpoint,
    line: ["ade", "keypair", "create", "-o", "key.pem", "--overwrite"],
    whole: { output: "key.pem", line: tokenFor("ID") },
  },
  { name: "ade token set", prepare: withTokenFile, line: ["ade", "token", "set", TOKEN], readsDate: true },
  { name: "ade profiles create", prepare: withApple, line: PROFILE, ...AT_APPLE },
  { name: "ade profiles assign", prepare: withProfile, line: ["ade", "profiles", "assign", "本社", "ID"], ...AT_APPLE },
  { name: "ade profiles unassign", prepare: withAssigned, line: ["ade", "profiles", "unassign", "ID"], ...AT_APPLE },
  { name: "ade profiles auto-apply", prepare: withProfile, line: ["ade", "profiles", "auto-apply", "本社"] },
  { name: "ade profiles delete", prepare: withAssigned, line: ["ade", "profiles", "delete", "本社"], ...AT_APPLE },
  {
    name: "ade simulator do token",
    prepare: withKey,
    line: [...tokenFor("ID"), "--overwrite"],
    whole: { output: TOKEN, line: ["ade", "token", "set", TOKEN] },
  },
  {
    name: "ade simulator do push-certificate",
    prepare: withRequest,
    line: [...certify("ID"), "--overwrite"],
    whole: {
      output: CERTIFICATE,
      line: ["push-certificate", "upload", CERTIFICATE, "--apple-account", "a@example.jp"],
    },
  },
  {
    name: "ade simulator do vpp-token",
    prepare: withEndpoint,
    line: [...vppTokenFrom("ID"), "--overwrite"],
    whole: { output: VPP, line: setVpp },
  },
  {
    name: "ade simulator do business-key",
    prepare: simulator,
    line: ["ade", "simulator", "do", "business-key", "-o", "SIMULATOR_key.pem", "--overwrite", "--url", "ID"],
    outputs: ["SIMULATOR_key.pem"],
    varies: /[\w+/]/g,
  },
  {
    name: "push-certificate csr",
    prepare: withEndpoint,
    line: [...request, "--overwrite"],
    whole: { output: REQUEST, line: certify("ID") },
  },
  {
    name: "push-certificate upload",
    readsDate: true,
    prepare: async (home) => {
      await prepared(home, ...certify(await withRequest(home)));
      return "";
    },
    line: ["push-certificate", "upload", CERTIFICATE, "--apple-account", "mdm@example.jp"],
  },
  {
    name: "push-certificate profile-password set",
    prepare: async (home) => {
      await writeFile(join(home, "password"), "Invented1\n", { mode: 0o600 });
      return "";
    },
    line: ["push-certificate", "profile-password", "set", "--password-file", "password"],
  },
  {
    name: "vpp tokens set",
    readsDate: true,
    prepare: async (home) => {
      await prepared(home, ...vppTokenFrom(await withEndpoint(home)));
      return "";
    },
    line: setVpp,
  },
];
