import { readServer } from "../../store/ade/server.ts";
import { readPush } from "../../store/push-certificate.ts";
import type { Reader } from "../../store/store.ts";
import { listVpp } from "../../store/vpp.ts";

/** Whether a tenant keeps a secret that is sealed: where there is no key then, it was lost, and none is made unasked. */
export const keepsSealed = async (reader: Reader): Promise<boolean> => {
  const [ade, push] = [await readServer(reader), await readPush(reader)];
  const secrets = [ade.stagedKey, ade.privateKey, ade.formerKey, ade.token, push.stagedKey, push.privateKey];
  return secrets.some((secret) => secret !== null) || (await listVpp(reader)).length > 0;
};
