import { text, type Text } from "../../../text/index.ts";
import type { Guide } from "../index.ts";
import type { Step } from "../step.ts";
import { IN_DEVICES, SWITCH_ON, UNSUPERVISED_STEPS } from "./arrival.ts";
import { assignSteps, READY_DEVICE } from "./apple-business.ts";
import { addToAppleSteps, SUPERVISE_STEPS } from "./configurator.ts";
import { profileSteps, syncSteps } from "./profile.ts";
import type { Through } from "./through.ts";

interface Way {
  readonly title: Text;
  readonly facts: readonly (readonly [label: Text, value: Text])[];
  readonly steps: (through: Through) => readonly Step[];
}

const ERASED = text("is the device erased", "デバイスの初期化");
const LEAVE = text("can its user end the management", "利用者による管理の解除");
const YES = text("yes", "できます");
const PREVENTED = text("no, where the ADE profile forbids it", "ADE プロファイルで許可しなければ、できません");

/** The ways in, by their names on the command line. @see facts 4.7, 4.8; seed 003, 1 and 8 */
const WAYS = {
  purchased: {
    title: text("devices bought as ADE devices", "ADE デバイスを購入した場合"),
    facts: [
      [ERASED, text("no: it is new", "しません(新品を使います)")],
      [LEAVE, PREVENTED],
    ],
    steps: (through) => [
      ...profileSteps(through),
      ...assignSteps(through),
      ...syncSteps(through),
      READY_DEVICE[through],
      SWITCH_ON,
      IN_DEVICES[through],
    ],
  },
  manual: {
    title: text("devices made ADE devices by hand", "手動で ADE デバイスにする場合"),
    facts: [
      [ERASED, text("yes, each one, by cable at a Mac", "されます(1 台ずつ Mac に接続して設定します)")],
      [LEAVE, PREVENTED],
    ],
    steps: (through) => [
      ...profileSteps(through),
      ...addToAppleSteps(through),
      ...assignSteps(through),
      ...syncSteps(through),
      READY_DEVICE[through],
      SWITCH_ON,
      IN_DEVICES[through],
    ],
  },
  "supervised-only": {
    title: text("supervised devices without ADE", "ADE を使わず監視対象モードにする場合"),
    facts: [
      [ERASED, text("yes, each one, by cable at a Mac", "されます(1 台ずつ Mac に接続して設定します)")],
      [
        LEAVE,
        text("yes, by removing the MDM profile on the device", "デバイスで MDM 構成プロファイルを削除すればできます"),
      ],
    ],
    steps: () => [...SUPERVISE_STEPS, SWITCH_ON, IN_DEVICES.console],
  },
  unsupervised: {
    title: text("devices that are not supervised", "非監視対象モード(通常モード)の場合"),
    facts: [
      [ERASED, text("no", "されません")],
      [LEAVE, YES],
    ],
    steps: () => [...UNSUPERVISED_STEPS, IN_DEVICES.console],
  },
} as const satisfies Record<string, Way>;

export type WayIn = keyof typeof WAYS;

export const WAYS_IN = Object.keys(WAYS) as readonly WayIn[];

/** What ends CLOMO's own enrolment at once. @see facts 3.5 */
const FIRST = text(
  "Never upload a public key of clomoctl to the server entry that CLOMO uses in Apple Business Manager, and never download a new token from that entry to try: CLOMO's token ends at once.",
  "CLOMO が使用している Apple Business Manager の MDM サーバに clomoctl の公開鍵をアップロードしないでください。試しに新しいトークンをダウンロードすることも避けてください。CLOMO のトークンがその時点で無効になります。",
);

/** How devices come under management in one of the ways. */
export function enrolmentGuide(way: WayIn, through: Through): Pick<Guide, "title" | "facts" | "steps"> {
  const { title, facts, steps }: Way = WAYS[way];
  return {
    title: text(`How to bring in: ${title.en}`, `登録の手順: ${title.ja}`),
    facts: [[text("before anything else", "最初に"), FIRST], ...facts],
    steps: steps(through),
  };
}
