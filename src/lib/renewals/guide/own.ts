import { line } from "../../advice/line.ts";
import { PUBLIC_KEY_FILE, REQUEST_FILE, SIMULATOR_LINES, type AdeEndpoint } from "../../model/ade.ts";
import { nameKey } from "../../model/normalise.ts";
import type { PushCertificate } from "../../model/push-certificate.ts";
import type { RenewalItem, RenewalKind } from "../../model/renewal.ts";
import type { VppTokenRecord } from "../../model/vpp-token.ts";
import { same, text, type Text } from "../../text/index.ts";
import { shownOption } from "../../text/shell-word.ts";
import { accountOf, ADMINISTERING, APPLE_ACCOUNT, phoneOf, type Step } from "./step.ts";

/** The kinds that a tenant of clomoctl can hold itself. */
const OWN_KINDS = ["ade-token", "push-certificate", "vpp-token"] as const satisfies readonly RenewalKind[];

export type OwnKind = (typeof OWN_KINDS)[number];

export const canBeOwn = (kind: RenewalKind): kind is OwnKind => (OWN_KINDS as readonly RenewalKind[]).includes(kind);

/** What a tenant says of its ADE server token. */
interface AdeState {
  readonly endpoint: AdeEndpoint | null;
  /** its data came from the console */
  readonly mirror: boolean;
  readonly server: { readonly name: string } | null;
  readonly token: {
    readonly expiresAt: string;
    readonly simulated: boolean;
    /** the id of the item that has its date */
    readonly renewal: string | null;
  } | null;
}

/** What a tenant holds itself of one kind, as it tells. */
export type HeldState =
  | { readonly kind: "ade-token"; readonly ade: AdeState }
  | { readonly kind: "push-certificate"; readonly ade: AdeState; readonly certificate: PushCertificate }
  | { readonly kind: "vpp-token"; readonly ade: AdeState; readonly tokens: readonly VppTokenRecord[] };

/** Something that the tenant holds itself, and what its guide names; what nobody knows is null. */
export type Own =
  | { readonly kind: "ade-token"; readonly simulator: string | null; readonly server: string | null }
  | {
      readonly kind: "push-certificate";
      readonly simulator: string | null;
      readonly topic: string | null;
      /** a signing request waits for its certificate */
      readonly requested: boolean;
    }
  | { readonly kind: "vpp-token"; readonly simulator: string | null; readonly org: string | null };

type Held = Pick<RenewalItem, "id" | "name" | "expiresAt" | "fingerprint" | "topic">;

/**
 * What the tenant holds itself: an item is known by what is kept of it, and one of a content token by the name that it was
 * given, too. A mirror keeps no item of a rehearsal, so that all of its items are the console's.
 *
 * @param item null: whatever the tenant holds of the kind
 * @returns undefined where it is not the tenant's own
 */
export function ownOf(state: HeldState, item: Held | null): Own | undefined {
  const { ade } = state;
  const url = ade.endpoint?.kind === "simulator" ? ade.endpoint.url : null;
  const isHere = (simulated: boolean): boolean => !ade.mirror || (item !== null && !simulated);
  const made = (simulated: boolean): Pick<Own, "simulator"> => ({ simulator: simulated ? url : null });
  switch (state.kind) {
    case "ade-token": {
      const { token } = ade;
      if (token === null || !isHere(token.simulated)) return undefined;
      if (item !== null && !isAdeToken(token, item)) return undefined;
      return { kind: state.kind, ...made(token.simulated), server: ade.server?.name ?? null };
    }
    case "push-certificate": {
      const { topic, fingerprint, request, simulated } = state.certificate;
      if (topic === null || !isHere(simulated === true)) return undefined;
      if (item !== null && item.topic !== topic && item.fingerprint !== fingerprint) return undefined;
      return { kind: state.kind, ...made(simulated === true), topic, requested: request !== null };
    }
    case "vpp-token": {
      const found = item === null ? state.tokens : state.tokens.filter((token) => isVppToken(token, item));
      const [one, ...others] = found;
      if (one === undefined || !isHere(one.simulated)) return undefined;
      return { kind: state.kind, ...made(one.simulated), org: others.length === 0 ? one.org : null };
    }
  }
}

/** The server's name does not tell: it can be changed at Apple, and CLOMO's server may have the same one. */
const isAdeToken = ({ expiresAt, renewal }: NonNullable<AdeState["token"]>, item: Held): boolean =>
  item.id === renewal || (item.expiresAt !== null && Date.parse(item.expiresAt) === Date.parse(expiresAt));

const isVppToken = ({ org, fingerprint }: VppTokenRecord, item: Held): boolean =>
  item.fingerprint === fingerprint || isNamed(item.name, `VPP ${org.split("/").at(-1) ?? org}`);

/** As the tenant names its items. */
const isNamed = (name: string, given: string): boolean =>
  [given, `SIMULATOR ${given}`].some((one) => nameKey(one) === nameKey(name));

/** The same with its words made fit to be shown. */
export const wordedOwn = <T extends Own>(own: T, fit: (word: string) => string): T =>
  Object.fromEntries(
    Object.entries(own).map(([key, value]) => [key, typeof value === "string" && key !== "kind" ? fit(value) : value]),
  ) as T;

/** How the tenant renews what it holds itself; the last step records it. */
export const ownSteps = (own: Own, known: RenewalItem | null): readonly Step[] =>
  own.simulator === null ? REAL[own.kind](own as never, known) : simulated(own, own.simulator, known);

type Of<K extends OwnKind> = Extract<Own, { kind: K }>;

const KEY_LINE = line("ade keypair create", [], { output: PUBLIC_KEY_FILE });
const SERVERS = same("Apple Business Manager > (左下のアカウント) > 環境設定 > 「MDM サーバ」");
const CONTENT_TOKENS = same(
  "Apple Business Manager > (左下のアカウント) > 環境設定 > お支払いと請求 > 「コンテンツトークン」",
);
const PORTAL = same("Apple Push Certificates Portal (https://identity.apple.com/pushcert)");

const held = (needed: Text): Text =>
  text(
    `This tenant of clomoctl holds it itself: nothing is done in CLOMO PANEL. You need: ${needed.en}.`,
    `clomoctl のこのテナントが自ら保持しているもので、CLOMO PANEL では何もしません。用意するもの: ${needed.ja}。`,
  );

const signIn = (known: RenewalItem | null, what: Text): Text => {
  const [account, phone] = [accountOf(known, what), phoneOf(known)];
  return text(`${account.en} and its password; ${phone.en}`, `${account.ja}とパスワード、${phone.ja}`);
};

const command = (id: string, line: string, more: Pick<Step, "trap" | "check"> = {}): Step => ({
  id,
  what: same(line),
  ...more,
});

const LOOK_ADE = command("look", line("ade sync", [], { full: true }), {
  check: text(
    `${line("ade token show", [])} tells the new date, and ${line("renewals list", [])}, where it is recorded by itself.`,
    `新しい期限は ${line("ade token show", [])} で確認できます。更新期限にも自動で記録されます(${line("renewals list", [])})。`,
  ),
});

const emailOf = (known: RenewalItem | null): string => known?.account ?? "MAIL";

/** The staged request is written again as it is: other words would be refused. */
const requestLine = ({ requested }: Of<"push-certificate">, known: RenewalItem | null): string =>
  requested
    ? `clomoctl push-cert csr -o ${REQUEST_FILE}`
    : `clomoctl push-cert csr ${shownOption("--email", emailOf(known))} --name NAME -o ${REQUEST_FILE}`;

const uploadLine = (file: string, known: RenewalItem | null): string =>
  `clomoctl push-cert upload ${file} ${shownOption("--apple-account", emailOf(known))}`;

const LOOK_PUSH = command("look", "clomoctl push-cert status", {
  check: text(
    "The topic is the same, and the date is new; it is recorded among the renewals by itself.",
    "トピックが同じで、期限が新しくなっていること。更新期限にも自動で記録されます。",
  ),
});

const lookVpp = (org: string | null): Step =>
  command("look", line("vpp tokens verify", [], { org: org ?? "ORG" }), {
    check: text(
      "Apple tells the location and the new date; it is recorded among the renewals by itself.",
      "Apple から場所と新しい期限が返ること。更新期限にも自動で記録されます。",
    ),
  });

/** @see facts 3.3 to 3.5; decision 025: who holds which key */
const REAL: { readonly [K in OwnKind]: (own: Of<K>, known: RenewalItem | null) => readonly Step[] } = {
  "ade-token": ({ server }, known) => {
    const [en, ja] = server === null ? ["", ""] : [` (${server})`, `(${server})`];
    return [
      {
        id: "prepare",
        what: held(signIn(known, ADMINISTERING)),
        trap: text(
          "Never touch the MDM server that CLOMO uses: a new token of it ends CLOMO's at once, and this tenant's public key must not be uploaded to it. A new token of this tenant's own server ends the old one at once, too: start only when you can set it right away.",
          "CLOMO が使っている MDM サーバには触れないでください。そのトークンを作り直すと CLOMO のトークンが直ちに無効になります。このテナントの公開鍵をアップロードすることも避けてください。このテナント専用のサーバでも、新しいトークンを作った時点で古いものは無効です。続けて設定できるときに始めてください。",
        ),
      },
      {
        id: "key",
        where: SERVERS,
        what: text(
          `Skip this unless the tenant's key was lost or is to be replaced: ${KEY_LINE}, then upload that file to this tenant's own server${en}.`,
          `鍵を失ったか交換するときだけ行います: ${KEY_LINE} を実行し、そのファイルをこのテナント専用のサーバ${ja}にアップロードします。`,
        ),
      },
      {
        id: "download",
        where: SERVERS,
        what: text(
          `Select this tenant's own server${en}, never the one that CLOMO uses, and choose 「MDMサーバトークンをダウンロード」, then once more in the dialog.`,
          `このテナント専用のサーバ${ja}を選び(CLOMO が使っているサーバではありません)、「MDMサーバトークンをダウンロード」を押し、確認画面でもう一度押します。`,
        ),
        check: text(
          `(server)_Token_(time)Z_smime.p7m, which ${line("ade token show", ["FILE"])} opens.`,
          `(サーバ名)_Token_(日時)Z_smime.p7m ができ、${line("ade token show", ["FILE"])} で開けること。`,
        ),
      },
      command("set", line("ade token set", ["FILE"])),
      LOOK_ADE,
    ];
  },
  "push-certificate": (own, known) => [
    {
      id: "prepare",
      what: held(signIn(known, APPLE_ACCOUNT)),
      trap: text(
        "Use the same Apple Account as before: with a certificate of another one every enrolled device stops responding until it is enrolled again.",
        "必ず前回と同じ Apple Account を使います。別のアカウントで作ると、登録済みの全デバイスが再登録するまで応答しなくなります。",
      ),
    },
    command("request", requestLine(own, known)),
    {
      id: "sign",
      what: text(
        "Have the request signed by an MDM vendor: Apple's portal takes no other, and clomoctl signs none.",
        "CSR に MDM ベンダーの署名を受けます。Apple のポータルは署名のない CSR を受け付けず、clomoctl は署名しません。",
      ),
    },
    {
      id: "renew",
      where: PORTAL,
      what: text(
        "In the row of the certificate in use choose Renew, select the signed request, then Upload and Download.",
        "使用中の証明書の行で「Renew」を押し、署名された CSR を選んで「Upload」、「Download」。",
      ),
      trap: text(
        `Use only Renew, never Create a Certificate or Revoke: the topic must stay ${own.topic ?? ""}.`,
        `押すのは「Renew」だけです(「Create a Certificate」と「Revoke」は使わない)。トピックは ${own.topic ?? ""} のままでなければなりません。`,
      ),
      check: text(
        "clomoctl push-cert verify FILE says that it can replace the one in use.",
        "clomoctl push-cert verify FILE で、更新してよいと表示されること。",
      ),
    },
    command("upload", uploadLine("FILE", known)),
    LOOK_PUSH,
  ],
  "vpp-token": ({ org }, known) => [
    {
      id: "prepare",
      what: held(signIn(known, ADMINISTERING)),
      trap: text(
        "Changing this account's password invalidates the token immediately, whatever its date. Take no token of a location that CLOMO uses.",
        "このアカウントのパスワードを変更すると、期限前でもトークンは直ちに無効になります。CLOMO で使っている場所のトークンは使わないでください。",
      ),
    },
    {
      id: "download",
      where: CONTENT_TOKENS,
      what: text(
        `Download the token of the location that this tenant uses (${line("vpp tokens list", [])}).`,
        `このテナントで使っている場所(${line("vpp tokens list", [])})のトークンを「ダウンロード」します。`,
      ),
    },
    command("set", line("vpp tokens set", ["FILE"], { org: org ?? "ORG" })),
    lookVpp(org),
  ],
};

const REHEARSAL: Step = {
  id: "prepare",
  what: text(
    "A simulator made it, for rehearsals: nothing is done in CLOMO PANEL or at Apple.",
    "シミュレーターで作成した練習用のものです。CLOMO PANEL でも Apple でも何もしません。",
  ),
  trap: text(
    `The simulator has to run: ${line("ade simulator start", [])}.`,
    `シミュレーターを起動しておきます: ${line("ade simulator start", [])}`,
  ),
};

function simulated(own: Own, url: string, known: RenewalItem | null): readonly Step[] {
  switch (own.kind) {
    case "ade-token":
      return [
        REHEARSAL,
        command("key", KEY_LINE),
        command("download", SIMULATOR_LINES.token({ url, server: own.server })),
        command("set", `${line("ade token set", ["SIMULATOR"])}_Token.p7m`),
        LOOK_ADE,
      ];
    case "push-certificate":
      return [
        REHEARSAL,
        command("request", requestLine(own, known)),
        command("renew", SIMULATOR_LINES.pushCertificate(url, own.topic)),
        command("upload", uploadLine("MDM_SIMULATOR_Certificate.pem", known)),
        LOOK_PUSH,
      ];
    case "vpp-token":
      return [
        REHEARSAL,
        command("download", SIMULATOR_LINES.vppToken(url, own.org ?? "ORG")),
        command("set", line("vpp tokens set", ["sToken_for_SIMULATOR_.vpptoken"], { org: own.org ?? "ORG" })),
        lookVpp(own.org),
      ];
  }
}
