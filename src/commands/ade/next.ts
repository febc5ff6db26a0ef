import { commandName, line, step, type Step } from "../../lib/advice/index.ts";
import type { Ade, AdeProfile } from "../../lib/client/index.ts";
import { isMended } from "../../lib/model/ade-health.ts";
import { FULL_EVERY_MS, PUBLIC_KEY_FILE, SIMULATOR_LINES } from "../../lib/model/ade.ts";
import { typableName } from "../../lib/text/shell-word.ts";
import { counted, text } from "../../lib/text/index.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A token is to be renewed from so many days before it expires. */
const RENEWED_WITHIN_DAYS = 30;

const REHEARSE = [
  step("to rehearse without Apple", "Apple を使わずに練習するには", line("ade simulator start", [])),
  step(
    "and, with the URL that it tells, in another window",
    "表示された URL を、別のウィンドウで設定する",
    line("ade endpoint set", [], { simulator: "URL" }),
  ),
];

/**
 * What to do next about ADE: first what is lacking, else what is due.
 *
 * @param now in milliseconds
 * @param profiles the ADE profiles that there are; undefined where nobody looked
 */
export function nextSteps(ade: Ade, now: number, profiles?: readonly OwnProfile[]): readonly Step[] {
  const { endpoint, mirror } = ade;
  if (mirror && endpoint?.kind !== "simulator") {
    return [
      step(
        "this tenant mirrors the console: devices are synced there; the steps",
        "管理画面のミラーのため、デバイスの同期は管理画面で行います。手順",
        line("ade guide", ["purchased"]),
      ),
      ...REHEARSE,
    ];
  }
  if (endpoint === null) {
    return [
      ...REHEARSE,
      step(
        "for a server entry of this tenant's own in Apple Business Manager (never the one that CLOMO uses)",
        "Apple Business Manager にあるこのテナント専用の MDM サーバ(CLOMO が使うものではありません)を使うには",
        line("ade endpoint set", [], { apple: true }),
      ),
    ];
  }
  const setUp = setUpSteps(ade, now);
  // where a key was made for the next token, the one before may still be good
  return setUp === undefined || (ade.token !== null && ade.stagedKey !== null)
    ? [...(setUp ?? []), ...dueSteps(ade, now, profiles)]
    : setUp;
}

const KEY_LINE = line("ade keypair create", [], { output: PUBLIC_KEY_FILE });

/** A file of before may have a former key: the key is written once more, to the file that is named next. */
const keyStep = ({ stagedKey }: Pick<Ade, "stagedKey">): Step =>
  stagedKey === null
    ? step("make a public key", "公開鍵を作成する", KEY_LINE)
    : step(
        "write the public key that waits for its token once more",
        "トークン待ちの公開鍵をもう一度書き出す",
        KEY_LINE,
      );

function setUpSteps(ade: Ade, now: number): readonly Step[] | undefined {
  const { endpoint, token } = ade;
  const isSimulator = endpoint?.kind === "simulator";
  if (token === null) return [keyStep(ade), tokenStep(ade)];
  const daysLeft = Math.floor((Date.parse(token.expiresAt) - now) / DAY_MS);
  if (daysLeft >= RENEWED_WITHIN_DAYS) return undefined;
  const left =
    daysLeft < 0
      ? text("has expired", "期限切れ")
      : text(`expires in ${counted(daysLeft, "day")}`, `あと ${daysLeft} 日`);
  if (isSimulator) {
    return [
      step(
        `the server token ${left.en}: make a public key, and get a new one from the simulator`,
        `サーバートークンが${left.ja}です。公開鍵を作成し、シミュレーターから新しいトークンを取得する`,
        KEY_LINE,
      ),
      tokenStep(ade),
    ];
  }
  return [
    step(
      `the server token ${left.en}: download a new one from the same MDM server entry, and`,
      `サーバートークンが${left.ja}です。同じ MDM サーバから新しいトークンをダウンロードして`,
      line("ade token set", ["FILE"]),
    ),
  ];
}

/** How the public key gets its token. @param keyFile where it has just been written */
export const tokenStep = ({ endpoint, server }: Pick<Ade, "endpoint" | "server">, keyFile?: string): Step =>
  endpoint?.kind === "simulator"
    ? step(
        `get a token for the public key from the simulator, then ${commandName("ade token set")}`,
        `公開鍵に対するトークンをシミュレーターから取得し、${commandName("ade token set")} で設定する`,
        SIMULATOR_LINES.token({ url: endpoint.url, server: server?.name }, keyFile),
      )
    : step(
        "upload the public key to this tenant's own MDM server entry in Apple Business Manager, download its token, and",
        "公開鍵を Apple Business Manager のこのテナント専用の MDM サーバにアップロードし、トークンをダウンロードして",
        line("ade token set", ["FILE"]),
      );

/** What is asked of a profile to propose it. */
export type OwnProfile = Pick<AdeProfile, "id" | "name" | "state" | "automatic">;

/** Words that name a profile among all: its name, or its id where another one has that, too. */
export const profileWord = ({ id, name }: Pick<OwnProfile, "id" | "name">, all: readonly OwnProfile[]): string =>
  all.some((other) => other.name === name && other.id !== id) ? id : typableName(name, id);

/** The profile to assign: the only one, or the automatic one of several. */
const chosenOf = (usable: readonly OwnProfile[]): OwnProfile | undefined =>
  usable.length === 1 ? usable[0] : usable.find(({ automatic }) => automatic.length > 0);

const isUsable = ({ state }: OwnProfile): boolean => state === "active";

/** The word that names the profile to assign, `NAME` where one is to be chosen; undefined where there is none. */
export const profileToAssign = (profiles: readonly OwnProfile[]): string | undefined => {
  const usable = profiles.filter(isUsable);
  if (usable.length === 0) return undefined;
  const chosen = chosenOf(usable);
  return chosen === undefined ? "NAME" : profileWord(chosen, profiles);
};

/** How devices without a profile get one, and new ones by themselves: it is made first, where there is none. */
export const assignSteps = (profiles: readonly OwnProfile[]): readonly Step[] => [
  ...giveSteps(profiles),
  ...automaticSteps(profiles),
];

/** How devices without a profile get one: it is made first, where there is none. */
export function giveSteps(profiles: readonly OwnProfile[]): readonly Step[] {
  const word = profileToAssign(profiles);
  if (word === undefined) return [makeStep(profiles)];
  return [
    ...(chosenOf(profiles.filter(isUsable)) === undefined
      ? [step("choose one of the ADE profiles", "ADE プロファイルを選ぶ", line("ade profiles list", []))]
      : []),
    step(
      "give it to all devices that have none",
      "ADE プロファイルのないデバイスすべてに割り当てる",
      line("ade profiles assign", [word], { unassigned: true }),
    ),
  ];
}

/** Devices whose profile Apple did not take for now, and when it is tried again. */
type WaitingDevices = Pick<Ade, "waiting">;

/** Whether all devices that are not ready only wait for what was assigned already. */
export const allWait = ({ waiting, counts }: WaitingDevices & Pick<Ade, "counts">): boolean =>
  waiting !== null && waiting.notReady >= counts.notReady;

/**
 * How devices get the profile that Apple did not take for now; nothing where none waits.
 *
 * @param moment says an instant
 */
export function waitingSteps(
  { waiting }: WaitingDevices,
  now: number,
  moment: (instant: string) => string,
): readonly Step[] {
  if (waiting === null) return [];
  const { devices, retryAt } = waiting;
  const isDue = Date.parse(retryAt) <= now;
  const at = moment(retryAt);
  return [
    step(
      `${counted(devices, "device")} waiting for the assigned ADE profile, which Apple did not take for now; to try again${isDue ? "" : ` after ${at}`}`,
      `Apple が受け付けず、ADE プロファイルの割り当てを待っているデバイスが ${devices} 台あります。${isDue ? "再試行" : `${at} 以降に再試行`}`,
      line("ade sync", []),
    ),
  ];
}

/** How a tenant gets a profile that can be used, where it has none. */
export const makeStep = (profiles: readonly OwnProfile[]): Step => {
  const [former] = profiles;
  if (former === undefined) {
    return step(
      "make an ADE profile, which names your MDM server",
      "ADE プロファイル(MDM サーバの URL を含む)を作成する",
      line("ade profiles create", ["NAME"], { url: "HTTPS-URL" }),
    );
  }
  const command = line("ade profiles create", [], { from: profileWord(former, profiles) });
  return former.state === "other-server"
    ? step(
        "the ADE profile was made at another MDM server: make it anew",
        "ADE プロファイルは別の MDM サーバで作成したものです。作り直す",
        command,
      )
    : step(
        "Apple has disabled the ADE profile: make it anew",
        "ADE プロファイルは Apple 側で無効化されています。作り直す",
        command,
      );
};

/** How new devices get a profile by themselves; nothing where they do, or there is none. */
export function automaticSteps(profiles: readonly OwnProfile[]): readonly Step[] {
  const word = profileToAssign(profiles);
  if (word === undefined || profiles.some((profile) => isUsable(profile) && profile.automatic.length > 0)) return [];
  return [
    step(
      "let new devices get an ADE profile by themselves from now on",
      "今後の新しいデバイスに ADE プロファイルを自動で適用する",
      line("ade profiles auto-apply", [word]),
    ),
  ];
}

/** What to do where no device is assigned to the server of the tenant. */
export const noDevicesStep = ({ endpoint }: Pick<Ade, "endpoint">): Step =>
  endpoint?.kind === "simulator"
    ? step(
        "no device is assigned to this server: buy some at the simulator",
        "この MDM サーバに割り当てられたデバイスはありません。シミュレーターで購入する",
        line("ade simulator do devices add", [], { count: "10", url: endpoint.url }),
      )
    : step(
        `no device is assigned to this server: assign some to it in Apple Business Manager, then ${line("ade sync", [])}; the steps`,
        `この MDM サーバに割り当てられたデバイスはありません。Apple Business Manager で割り当ててから ${line("ade sync", [])} を実行してください。手順`,
        line("ade guide", ["purchased"], { through: "commands" }),
      );

/** What to do about devices that a full sync did not find, once somebody has looked at them; nothing if there are none. */
export const missingSteps = (missing: number): readonly Step[] =>
  missing === 0
    ? []
    : [
        step(
          "confirm that they are gone, on a terminal",
          "確認後、ターミナルで解除を確定する",
          line("ade sync", [], { full: true }),
        ),
      ];

/** Without another token, or a word that this one is meant, no sync goes on. */
const otherServerSteps = (ade: Ade): readonly Step[] => [
  step(
    "the last sync stopped, as the token is of another MDM server; if that one is meant",
    "トークンが別の MDM サーバのものだったため、前回の同期は中止されました。それで正しければ",
    line("ade token set", ["FILE"], { otherServer: true }),
  ),
  keyStep(ade),
  tokenStep(ade),
];

function dueSteps(ade: Ade, now: number, profiles: readonly OwnProfile[] | undefined): readonly Step[] {
  const { endpoint, token, sync, lastSyncAt, lastFullAt, counts } = ade;
  // no sync helps before another token is set, which the health of ADE says
  if (token !== null && token.rejectedAt !== null) return [];
  if (sync?.state === "running") {
    return [
      step("a sync is running: see again", "同期を実行中です。後でもう一度確認してください", line("ade status", [])),
    ];
  }
  if (sync?.state === "failed" && sync.error?.where === "server_uuid" && !isMended(ade)) return otherServerSteps(ade);
  if (sync?.state === "failed" || sync?.state === "cut-off") {
    return [
      step(
        "the last sync was not finished: go on with it",
        "前回の同期は完了していません。続きから実行する",
        line("ade sync", []),
      ),
    ];
  }
  if (lastSyncAt === null) {
    return [step("fetch the devices", "デバイスを取得する", line("ade sync", []))];
  }
  const needed = profiles ?? [];
  const profileSteps = allWait(ade) ? automaticSteps(needed) : assignSteps(needed);
  return [
    ...(counts.present + counts.missing === 0 ? [noDevicesStep({ endpoint })] : []),
    ...missingSteps(counts.missing),
    ...(counts.notReady > 0 ? profileSteps : []),
    ...(lastFullAt === null || now - Date.parse(lastFullAt) > FULL_EVERY_MS
      ? [step("a full sync is due", "全件の取得の時期です", line("ade sync", []))]
      : []),
  ];
}
