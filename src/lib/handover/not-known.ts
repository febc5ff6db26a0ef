import { same, text, type Text } from "../text/index.ts";

/** What of a tenant the console alone knows. */
interface NotKnown {
  readonly name: string;
  readonly title: Text;
  /** where it is in the console */
  readonly where: Text;
}

/** What no bundle has, as clomoctl never sees it; somebody writes it down. @see seed 003, 10 and 11; facts 4.3 */
export const NOT_KNOWN_HERE: readonly NotKnown[] = [
  {
    name: "profiles",
    title: text("profiles, and where they are installed", "プロファイルと適用先"),
    where: same("CLOMO PANEL > Settings > Mobile Device Management"),
  },
  {
    name: "automatic-profiles",
    title: text("automatic profiles, of all and by organisation", "自動適用プロファイル(全社・組織別)"),
    where: same("CLOMO PANEL > Settings > Mobile Device Management > iOS/macOS > 基本設定 > 「自動適用プロファイル」"),
  },
  {
    name: "apps",
    title: text("apps, and where they are installed", "アプリケーションと配布先"),
    where: same("CLOMO PANEL > HOME > 「Applications」"),
  },
  {
    name: "tags",
    title: text("what tags are used for", "タグの使い分け"),
    where: same("CLOMO PANEL > Devices"),
  },
  {
    name: "secured-administrators",
    title: text("administrators of SECURED APPs MANAGER", "SECURED APPs MANAGER の管理者"),
    where: same("SECURED APPs MANAGER > Settings > Administrators"),
  },
];
