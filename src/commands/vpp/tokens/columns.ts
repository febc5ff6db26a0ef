import { commandName, line } from "../../../lib/advice/index.ts";
import type { Ade, VppLocationRecord, VppTokenRecord } from "../../../lib/client/index.ts";
import { SIMULATOR_LINES } from "../../../lib/model/ade.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { VPP_LOCATION, VPP_TOKEN } from "../../../lib/model/vpp-token.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";

export const VPP_COLUMNS = columnsOfFields<VppTokenRecord>(VPP_TOKEN.fields);
export const VPP_LOCATION_COLUMNS = columnsOfFields<VppLocationRecord>(VPP_LOCATION);

/** What these commands are for, and what they are not: the first paragraph of their help. @see facts 3.5 */
export const NOT_FOR_CLOMO = text(
  "For tenants of our own and for rehearsals with the simulator. CLOMO keeps the tokens of its tenants in the console; `renewals guide vpp-token` has the steps there. In a mirror of the console no token is taken, unless its endpoint is a simulator.",
  "clomoctl 独自のテナントと、シミュレーターでの練習のためのコマンドです。CLOMO のテナントのトークンは管理画面にあります。手順は `renewals guide vpp-token` を見てください。管理画面のミラーでは、接続先がシミュレーターの場合を除き設定できません。",
);

/** @see facts 3.5: 全社 first */
const FIRST_TOKEN: Text = text(
  `no content token yet; that of 全社 comes first: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
  `サービストークンはまだありません。先に「全社」に設定します: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
);

const firstSimulated = (url: string): readonly Text[] => {
  const fetching = SIMULATOR_LINES.vppToken(url, ROOT_ORG_NAME);
  return [
    text(
      `no content token yet; get one from the simulator, that of 全社 first: ${fetching}`,
      `サービストークンはまだありません。先に「全社」のものをシミュレーターから取得します: ${fetching}`,
    ),
    text(
      `then: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
      `その後: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
    ),
  ];
};

/** Where CLOMO's tenants have theirs. @see facts 3.5 */
const IN_CONSOLE: Text = text(
  `this tenant mirrors a console, which keeps the content tokens: ${commandName("renewals guide")} vpp-token has the steps there`,
  `このテナントは管理画面のミラーで、サービストークンは管理画面にあります。手順: ${commandName("renewals guide")} vpp-token`,
);

/** What to type where no organisation has a token; in a mirror it is not set here. */
export const firstToken = ({ mirror, endpoint }: Pick<Ade, "mirror" | "endpoint">): readonly Text[] =>
  endpoint?.kind === "simulator" ? firstSimulated(endpoint.url) : [mirror ? IN_CONSOLE : FIRST_TOKEN];
