import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadBusinessKey } from "#support/apple/business/account.ts";
import { downloadToken } from "#support/apple/simulator/download.ts";
import { startSimulator } from "#support/process/simulator.ts";
import { createScene, runOrThrow, type Scene } from "./scene.ts";

/** Starts a simulated Apple server for a scene alone, because a new token invalidates the previous one. */
const startSceneSimulator = (): Promise<string> =>
  startSimulator("--devices", "300", "--organisation", "300", "--seed", "torture");

async function prepareEndpoint(home: string): Promise<string> {
  const url = await startSceneSimulator();
  await runOrThrow(home, "ade", "endpoint", "set", url);
  return url;
}

const TOKEN_FILE = "Office_Token.p7m";

async function prepareTokenFile(home: string): Promise<string> {
  const url = await prepareEndpoint(home);
  await runOrThrow(home, "ade", "keypair", "create", "-o", "key.pem");
  await writeFile(join(home, TOKEN_FILE), await downloadToken(url, await readFile(join(home, "key.pem"), "utf8")));
  return url;
}

async function prepareApple(home: string): Promise<string> {
  const url = await prepareTokenFile(home);
  await runOrThrow(home, "ade", "token", "set", TOKEN_FILE);
  return url;
}

async function prepareBusinessKeyFile(home: string): Promise<void> {
  await downloadBusinessKey(await startSceneSimulator(), home);
}

async function prepareOrganisation(home: string): Promise<void> {
  await runOrThrow(home, ...(await downloadBusinessKey(await startSceneSimulator(), home)));
}

export const APPLE_SCENES: readonly Scene[] = [
  createScene("ade sync", prepareApple, "ade sync", { readsDate: true, tables: ["device", "ade_device"] }),
  { name: "ade endpoint set", prepare: startSceneSimulator, line: ["ade", "endpoint", "set", "ID"] },
  createScene("ade keypair create", prepareEndpoint, "ade keypair create -o key.pem --overwrite", {
    outputs: ["key.pem"],
    varies: /[\w+/]/g,
  }),
  createScene(
    "ade business-key set",
    prepareBusinessKeyFile,
    "ade business-key set key.pem --client-id BUSINESSAPI.1 --key-id 1",
    { readsDate: true },
  ),
  createScene("ade sync --business", prepareOrganisation, "ade sync --business", {
    readsDate: true,
    tables: ["business_device"],
  }),
  createScene("ade token set", prepareTokenFile, "ade token set Office_Token.p7m", { readsDate: true }),
];
