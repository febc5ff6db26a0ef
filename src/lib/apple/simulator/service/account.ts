import type { Ids } from "../ids.ts";
import { marked } from "../names.ts";
import type { Servers, ServerToken } from "../portals/tokens.ts";

/** Devices of one request, as `/account` tells it. @see apple 3 (live `/account` said 1000/1000) */
export const LIMIT = { default: 100, maximum: 1000 } as const;

/** The name of the organisation that the simulator stands for. */
const ORGANISATION = marked("Organisation");

const url = (uri: string, methods: readonly string[], limited = false) => ({
  uri,
  http_method: methods,
  ...(limited ? { limit: LIMIT } : {}),
});

const URLS = [
  url("/account", ["GET"]),
  url("/server/devices", ["POST"], true),
  url("/devices/sync", ["POST"], true),
  url("/devices", ["POST"], true),
  url("/profile", ["GET", "POST"]),
  url("/profile/devices", ["POST", "PUT", "DELETE"], true),
];

/** What `GET /account` tells: of the server, and of who downloaded its token. @see apple 3 */
export function accountOf(
  { ids, servers }: { readonly ids: Ids; readonly servers: Servers },
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
    org_name: ORGANISATION,
    org_email: "simulator@example.jp",
    org_phone: "03-0000-0000",
    org_address: "SIMULATOR, Tokyo, Japan",
    ...(version < 3
      ? {}
      : { org_id: organisation, org_id_hash: ids.hex(64, "organisation", organisation), urls: URLS }),
    org_type: "org",
    org_version: "v2",
  };
}
