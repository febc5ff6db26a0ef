import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startSimulator } from "#support/process/simulator.ts";
import { runOrThrow, type Scene } from "./scene.ts";

/**
 * Starts a simulated Apple server with devices, and returns its address. Each scene has its own server, because a new
 * token invalidates the previous one.
 */
const startSceneSimulator = async (home: string): Promise<string> =>
  (await startSimulator(home, "--devices", "300", "--seed", "torture")).url;

/** Prepares a tenant that uses the simulated server. `ID` in the line stands for the server's address. */
async function prepareEndpoint(home: string): Promise<string> {
  const url = await startSceneSimulator(home);
  await runOrThrow(home, "ade", "endpoint", "set", "--simulator", url);
  return url;
}

const TOKEN_FILE = "SIMULATOR_Token.p7m";
const buildTokenCommand = (url: string): readonly string[] => [
  "ade",
  "simulator",
  "do",
  "token",
  "--public-key",
  "key.pem",
  "-o",
  TOKEN_FILE,
  "--url",
  url,
];

async function prepareKey(home: string): Promise<string> {
  const url = await prepareEndpoint(home);
  await runOrThrow(home, "ade", "keypair", "create", "-o", "key.pem");
  return url;
}

async function prepareTokenFile(home: string): Promise<string> {
  const url = await prepareKey(home);
  await runOrThrow(home, ...buildTokenCommand(url));
  return url;
}

/** Prepares a tenant with a token for a simulated Apple server that has devices. */
async function prepareApple(home: string): Promise<string> {
  const url = await prepareTokenFile(home);
  await runOrThrow(home, "ade", "token", "set", TOKEN_FILE);
  return url;
}

const CREATE_PROFILE_COMMAND = [
  "ade",
  "profiles",
  "create",
  "本社",
  "--url",
  "https://mdm.example.jp/enroll",
  "--skip",
  "Siri",
];

/**
 * Prepares a tenant with a profile and devices. `ID` in the line stands for the serial number of one of these devices.
 */
async function prepareProfile(home: string): Promise<string> {
  await prepareApple(home);
  await runOrThrow(home, "ade", "sync");
  await runOrThrow(home, ...CREATE_PROFILE_COMMAND);
  const listed = await runOrThrow(home, "ade", "devices", "list", "--limit", "1", "--format", "json");
  return (JSON.parse(listed.text) as readonly { readonly serialNumber: string }[])[0]?.serialNumber ?? "";
}

/** The same as {@link prepareProfile}, but the profile is assigned to this device and, automatically, to new devices. */
async function prepareAssignedProfile(home: string): Promise<string> {
  const serial = await prepareProfile(home);
  await runOrThrow(home, "ade", "profiles", "assign", "本社", serial);
  await runOrThrow(home, "ade", "profiles", "auto-apply", "本社");
  return serial;
}

const REQUEST_FILE = "request.csr";
const CREATE_REQUEST_COMMAND = [
  "push-certificate",
  "csr",
  "--email",
  "mdm@example.jp",
  "--name",
  "Hanako Yamada",
  "-o",
  REQUEST_FILE,
];
const CERTIFICATE_FILE = "SIMULATOR_MDM.pem";
const buildCertificateCommand = (url: string): readonly string[] => [
  "ade",
  "simulator",
  "do",
  "push-certificate",
  "--csr",
  REQUEST_FILE,
  "-o",
  CERTIFICATE_FILE,
  "--url",
  url,
];

/** Prepares a tenant that has requested a certificate but does not have it yet. */
async function prepareRequest(home: string): Promise<string> {
  const url = await prepareEndpoint(home);
  await runOrThrow(home, ...CREATE_REQUEST_COMMAND);
  return url;
}

const VPP_TOKEN_FILE = "SIMULATOR_Tokyo.vpptoken";
const buildVppTokenCommand = (url: string): readonly string[] => [
  "ade",
  "simulator",
  "do",
  "vpp-token",
  "--org",
  "全社",
  "-o",
  VPP_TOKEN_FILE,
  "--url",
  url,
];
const SET_VPP_TOKEN = ["vpp", "tokens", "set", VPP_TOKEN_FILE, "--org", "全社"];

/**
 * Options of scenes for commands that first change something at Apple and then record it. The audit log is not
 * compared, because its records depend on how much remained to be done.
 */
const APPLE_CHANGE_OPTIONS = {
  steps: true,
  readsDate: true,
  tables: ["device", "ade_device", "ade_profile", "ade_server"],
} as const;

/** Scenes of commands for Apple's devices, profiles, tokens and certificates, with a simulated server. */
export const APPLE_SCENES: readonly Scene[] = [
  {
    name: "ade sync",
    prepare: prepareApple,
    line: ["ade", "sync"],
    ...APPLE_CHANGE_OPTIONS,
    tables: ["device", "ade_device"],
  },
  { name: "ade endpoint set", prepare: startSceneSimulator, line: ["ade", "endpoint", "set", "--simulator", "ID"] },
  {
    name: "ade keypair create",
    prepare: prepareEndpoint,
    line: ["ade", "keypair", "create", "-o", "key.pem", "--overwrite"],
    whole: { output: "key.pem", line: buildTokenCommand("ID") },
  },
  { name: "ade token set", prepare: prepareTokenFile, line: ["ade", "token", "set", TOKEN_FILE], readsDate: true },
  { name: "ade profiles create", prepare: prepareApple, line: CREATE_PROFILE_COMMAND, ...APPLE_CHANGE_OPTIONS },
  {
    name: "ade profiles assign",
    prepare: prepareProfile,
    line: ["ade", "profiles", "assign", "本社", "ID"],
    ...APPLE_CHANGE_OPTIONS,
  },
  {
    name: "ade profiles unassign",
    prepare: prepareAssignedProfile,
    line: ["ade", "profiles", "unassign", "ID"],
    ...APPLE_CHANGE_OPTIONS,
  },
  { name: "ade profiles auto-apply", prepare: prepareProfile, line: ["ade", "profiles", "auto-apply", "本社"] },
  {
    name: "ade profiles delete",
    prepare: prepareAssignedProfile,
    line: ["ade", "profiles", "delete", "本社"],
    ...APPLE_CHANGE_OPTIONS,
  },
  {
    name: "ade simulator do token",
    prepare: prepareKey,
    line: [...buildTokenCommand("ID"), "--overwrite"],
    whole: { output: TOKEN_FILE, line: ["ade", "token", "set", TOKEN_FILE] },
  },
  {
    name: "ade simulator do push-certificate",
    prepare: prepareRequest,
    line: [...buildCertificateCommand("ID"), "--overwrite"],
    whole: {
      output: CERTIFICATE_FILE,
      line: ["push-certificate", "upload", CERTIFICATE_FILE, "--apple-account", "a@example.jp"],
    },
  },
  {
    name: "ade simulator do vpp-token",
    prepare: prepareEndpoint,
    line: [...buildVppTokenCommand("ID"), "--overwrite"],
    whole: { output: VPP_TOKEN_FILE, line: SET_VPP_TOKEN },
  },
  {
    name: "ade simulator do business-key",
    prepare: startSceneSimulator,
    line: ["ade", "simulator", "do", "business-key", "-o", "SIMULATOR_key.pem", "--overwrite", "--url", "ID"],
    outputs: ["SIMULATOR_key.pem"],
    varies: /[\w+/]/g,
  },
  {
    name: "push-certificate csr",
    prepare: prepareEndpoint,
    line: [...CREATE_REQUEST_COMMAND, "--overwrite"],
    whole: { output: REQUEST_FILE, line: buildCertificateCommand("ID") },
  },
  {
    name: "push-certificate upload",
    readsDate: true,
    prepare: async (home) => {
      await runOrThrow(home, ...buildCertificateCommand(await prepareRequest(home)));
      return "";
    },
    line: ["push-certificate", "upload", CERTIFICATE_FILE, "--apple-account", "mdm@example.jp"],
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
      await runOrThrow(home, ...buildVppTokenCommand(await prepareEndpoint(home)));
      return "";
    },
    line: SET_VPP_TOKEN,
  },
];
