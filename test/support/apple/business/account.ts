import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Downloads the API account's private key from a simulator as `key.pem`. @returns the words that set the key in a tenant
 */
export async function downloadBusinessKey(url: string, folder: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/_simulator/business`);
  const { clientId, keyId, privateKey } = (await answer.json()) as Record<"clientId" | "keyId" | "privateKey", string>;
  await writeFile(join(folder, "key.pem"), privateKey, { mode: 0o600 });
  const ids = ["--client-id", clientId, "--key-id", keyId];
  return ["ade", "business-key", "set", "key.pem", ...ids, "--endpoint", url];
}
