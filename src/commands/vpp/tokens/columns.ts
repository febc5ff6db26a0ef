import { line } from "../../../lib/advice/index.ts";
import type { Ade, VppLocationRecord, VppTokenRecord } from "../../../lib/client/index.ts";
import { SIMULATOR_COMMANDS } from "../../../lib/model/ade.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { VPP_LOCATION_FIELDS, VPP_TOKEN } from "../../../lib/model/vpp-token.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../../listing/columns.ts";

export const VPP_COLUMNS = buildFieldColumns<VppTokenRecord>(VPP_TOKEN.fields);
export const VPP_LOCATION_COLUMNS = buildFieldColumns<VppLocationRecord>(VPP_LOCATION_FIELDS);

/** The purpose of these commands and its limits: the first paragraph of their help. @see facts 3.5 */
export const VPP_TOKEN_PURPOSE = text(
  "For local tenants that are not mirrors, and for rehearsals with the simulator. The content tokens of a CLOMO tenant are in the console (CLOMO PANEL); for the steps there, see `renewals guide vpp-token`. In a mirror of the console, a token can be set only if the endpoint is a simulator.",
  "ミラーではないテナントと、シミュレーターでの練習のためのコマンドです。CLOMO のテナントのトークンは管理画面(CLOMO PANEL)にあります。手順は `renewals guide vpp-token` にあります。管理画面のミラーでは、接続先がシミュレーターの場合を除き設定できません。",
);

/** The hint for a tenant that does not have a token yet: the token of 全社 must be set first. @see facts 3.5 */
const FIRST_TOKEN_HINT: Text = text(
  `no content token yet; set the token of 全社 first: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
  `サービストークンはまだありません。先に「全社」に設定します: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
);

const describeFirstSimulatorToken = (url: string): readonly Text[] => {
  const fetching = SIMULATOR_COMMANDS.vppToken(url, ROOT_ORG_NAME);
  return [
    text(
      `no content token yet; get the token of 全社 from the simulator first: ${fetching}`,
      `サービストークンはまだありません。先に「全社」のものをシミュレーターから取得します: ${fetching}`,
    ),
    text(
      `then: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
      `その後: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
    ),
  ];
};

/** The note for a mirror, whose content tokens are in the console. @see facts 3.5 */
const TOKENS_IN_CONSOLE_NOTE: Text = text(
  `this tenant is a mirror, and its content tokens are in the console; for the steps there: ${line("renewals guide", ["vpp-token"])}`,
  `このテナントは管理画面のミラーで、サービストークンは管理画面にあります。手順: ${line("renewals guide", ["vpp-token"])}`,
);

/** Returns what to type if no organisation has a token. In a mirror, tokens can be set only if a simulator is used. */
export const describeFirstToken = ({ mirror, endpoint }: Pick<Ade, "mirror" | "endpoint">): readonly Text[] =>
  endpoint?.kind === "simulator"
    ? describeFirstSimulatorToken(endpoint.url)
    : [mirror ? TOKENS_IN_CONSOLE_NOTE : FIRST_TOKEN_HINT];
