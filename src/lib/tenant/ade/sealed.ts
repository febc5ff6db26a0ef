import { readServer } from "./server-rows.ts";
import { readPush } from "../push-certificate/certificate-rows.ts";
import type { Reader } from "../store/store.ts";
import { listVpp } from "../vpp/vpp-rows.ts";

/**
 * The secrets that a tenant keeps, sealed: nothing is sealed beside them by another key, unless that is asked for. The key
 * before is left out: it goes with the next contact.
 *
 * @param startOver what was asked for: then there is none
 */
export const keptSecrets = async (reader: Reader, startOver = false): Promise<readonly string[]> => {
  if (startOver) return [];
  const [ade, push] = [await readServer(reader), await readPush(reader)];
  const secrets = [ade.stagedKey, ade.privateKey, ade.token, push.stagedKey, push.privateKey];
  const tokens = (await listVpp(reader)).map(({ token }) => token);
  return [...secrets.filter((secret) => secret !== null), ...tokens];
};
