import type { SeededIds } from "../ids.ts";
import { addSimulatorMark } from "../names.ts";
import type { MdmServerRegistry, ServerToken } from "../portals/tokens.ts";

/** Number of devices per request, as `/account` returns it. @see apple 3 (the live `/account` returned 1000/1000) */
export const DEVICE_LIMIT = { default: 100, maximum: 1000 } as const;

/** Name of the simulated organisation. */
const ORGANISATION_NAME = addSimulatorMark("Organisation");

const buildUrlEntry = (uri: string, methods: readonly string[], limited = false) => ({
  uri,
  http_method: methods,
  ...(limited ? { limit: DEVICE_LIMIT } : {}),
});

const ACCOUNT_URLS = [
  buildUrlEntry("/account", ["GET"]),
  buildUrlEntry("/server/devices", ["POST"], true),
  buildUrlEntry("/devices/sync", ["POST"], true),
  buildUrlEntry("/devices", ["POST"], true),
  buildUrlEntry("/profile", ["GET", "POST"]),
  buildUrlEntry("/profile/devices", ["POST", "PUT", "DELETE"], true),
];

/** Builds the response of `GET /account`: the server and the administrator who got its token.  @see apple 3 */
export function buildAccount(
  { ids, servers }: { readonly ids: SeededIds; readonly servers: MdmServerRegistry },
  token: ServerToken,
  version: number,
): unknown {
  const { name, uuid } = servers.at(token.server);
  const organisation = ids.hex(12, "organisation");
  return {
    server_name: name,
    server_uuid: uuid,
    admin_id: token.admin,
    facilitator_id: token.admin,
    org_name: ORGANISATION_NAME,
    org_email: "simulator@example.jp",
    org_phone: "03-0000-0000",
    org_address: "SIMULATOR, Tokyo, Japan",
    ...(version < 3
      ? {}
      : { org_id: organisation, org_id_hash: ids.hex(64, "organisation", organisation), urls: ACCOUNT_URLS }),
    org_type: "org",
    org_version: "v2",
  };
}
