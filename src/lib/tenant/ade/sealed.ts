import { readServer } from "./server-rows.ts";
import { readStoredPush } from "../push-certificate/certificate-rows.ts";
import type { Reader } from "../store/store.ts";
import { readVppTokens } from "../vpp/vpp-rows.ts";

/**
 * Returns the sealed secrets that the tenant stores. New secrets must be sealed with the key of these secrets, unless
 * the user chose to start over. The former ADE key is left out, because the next contact with Apple deletes it.
 *
 * @param startOver true if the user chose to start over; the result is then empty
 */
export const listSealedSecrets = async (reader: Reader, startOver = false): Promise<readonly string[]> => {
  if (startOver) return [];
  const [ade, push] = [await readServer(reader), await readStoredPush(reader)];
  const secrets = [ade.stagedKey, ade.privateKey, ade.token, push.stagedKey, push.privateKey];
  const tokens = (await readVppTokens(reader)).map(({ token }) => token);
  return [...secrets.filter((secret) => secret !== null), ...tokens];
};
