import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startSimulator } from "#support/process/simulator.ts";
import { runOrThrow, type Scene } from "./scene.ts";

/**
 * Starts a simulated Apple server with devices, and returns its address. Each scene has its own server, because a new
 * token invalidates the previous one.
 */
const simulator = async (home: string): Promise<string> =>
  (await startSimulator(home, "--devices", "300", "--seed", "torture")).url;

/** Prepares a tenant that uses the simulated server. `ID` in the line stands for the server's address. */
async function withEndpoint(home: string): Promise<string> {
  const url = await simulator(home);
  await runOrThrow(home, "ade", "endpoint", "set", "--simulator", url);
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
  await runOrThrow(home, "ade", "keypair", "create", "-o", "key.pem");
  return url;
}

async function withTokenFile(home: string): Promise<string> {
  const url = await withKey(home);
  await runOrThrow(home, ...tokenFor(url));
  return url;
}

/** Prepares a tenant with a token for a simulated Apple server that has devices. */
async function withApple(home: string): Promise<string> {
  const url = await withTokenFile(home);
  await runOrThrow(home, "ade", "token", "set", TOKEN);
  return url;
}

const PROFILE = ["ade", "profiles", "create", "本社", "--url", "https://mdm.example.jp/enroll", "--skip", "Siri"];

/** Prepares a tenant with a profile and devices. `ID` in the line stands for the serial number of one of them. */
async function withProfile(home: string): Promise<string> {
  await withApple(home);
  await runOrThrow(home, "ade", "sync");
  await runOrThrow(home, ...PROFILE);
  const listed = await runOrThrow(home, "ade", "devices", "list", "--limit", "1", "--format", "json");
  return (JSON.parse(listed.text) as readonly { readonly serialNumber: string }[])[0]?.serialNumber ?? "";
}

/** {@link withProfile}, with the profile assigned to this device and automatically to new devices. */
async function withAssigned(home: string): Promise<string> {
  const serial = await withProfile(home);
  await runOrThrow(home, "ade", "profiles", "assign", "本社", serial);
  await runOrThrow(home, "ade", "profiles", "auto-apply", "本社");
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

/** Prepares a tenant that has requested a certificate and does not have it yet. */
async function withRequest(home: string): Promise<string> {
  const url = await withEndpoint(home);
  await runOrThrow(home, ...request);
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

/**
 * For commands that change something at Apple first and then record it. The audit log is not compared, because its
 * records depend on how much was left to do.
 */
const AT_APPLE = {
  steps: true,
  readsDate: true,
  tables: ["device", "ade_device", "ade_profile", "ade_server"],
} as const;

/** Commands for Apple's devices, profiles, tokens and certificates, with a simulated server. */
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
      await runOrThrow(home, ...certify(await withRequest(home)));
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
      await runOrThrow(home, ...vppTokenFrom(await withEndpoint(home)));
      return "";
    },
    line: setVpp,
  },
];
