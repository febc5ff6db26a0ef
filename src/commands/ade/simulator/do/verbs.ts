import { line, step } from "../../../../lib/advice/index.ts";
import { FAULT_NAMES } from "../../../../lib/apple/simulator/faults.ts";
import { OTHER_MDM } from "../../../../lib/apple/simulator/names.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import type { Column } from "../../../../lib/terminal/index.ts";
import { text } from "../../../../lib/text/index.ts";
import { defineVerbs } from "../../../command.ts";
import { defineStep, createPostRequest, type StepValues } from "../step.ts";

const CLOCK_COLUMNS: readonly Column<StepValues>[] = [
  { key: "now", header: text("now", "現在日時"), instant: true, value: ({ now }) => now },
];

const FAULT_COLUMNS: readonly Column<StepValues>[] = [
  { key: "fault", header: text("fault", "障害"), value: ({ fault }) => fault },
  {
    key: "count",
    header: text("remaining", "残り回数"),
    align: "end",
    value: ({ count }) => count,
    name: ({ count }) =>
      count === undefined
        ? text("until cleared", "解除するまで")
        : text(`${count as number}×`, `${count as number} 回`),
  },
  { key: "after", header: text("requests before", "発生までの回数"), align: "end", value: ({ after }) => after },
  { key: "path", header: text("path", "パス"), value: ({ path }) => path },
  { key: "seconds", header: text("seconds", "秒数"), align: "end", value: ({ seconds }) => seconds },
  { key: "serials", header: text("devices", "デバイス"), value: ({ serials }) => serials },
];

const DAY_MS = 24 * 3600 * 1000;

export default defineVerbs({
  advance: defineStep({
    summary: text("move the simulator's clock forward", "シミュレーターの時計を進める"),
    details: [
      text(
        "Cursors, tokens and certificates expire by this clock. Signatures are still checked against the real time.",
        "カーソルやトークン、証明書の期限は、この時計で判定されます。署名の時刻は実際の時刻で確認します。",
      ),
    ],
    args: {
      by: {
        kind: "duration",
        value: "DURATION",
        required: true,
        about: text("duration, such as 8d or 52w", "進める期間: 8d、52w"),
      },
    },
    options: {},
    examples: [{ line: "clomoctl ade simulator do advance 8d --url http://127.0.0.1:8600" }],
    request: ({ by }) => createPostRequest("/advance", { ms: by * DAY_MS }),
    columns: CLOCK_COLUMNS,
    isOne: true,
    records: (clock) => [clock],
  }),
  "business-key": defineStep({
    summary: text(
      "create a key for the simulator's Apple Business API",
      "シミュレーターの Apple Business API の鍵を作成する",
    ),
    details: [
      text(
        "Writes the private key to a file, and shows the client ID and the key ID.",
        "秘密鍵はファイルに書き出し、クライアント ID とキー ID は画面に表示します。",
      ),
    ],
    args: {},
    options: {},
    examples: [{ line: "clomoctl ade simulator do business-key --url http://127.0.0.1:8600" }],
    request: () => createPostRequest("/business-keys", {}),
    file: "SIMULATOR_business_key.pem",
    content: ({ clientId, keyId, privateKey }) => ({
      content: privateKey,
      notes: [
        text(`client ID: ${String(clientId)}`, `クライアント ID: ${String(clientId)}`),
        text(`key ID: ${String(keyId)}`, `キー ID: ${String(keyId)}`),
      ],
    }),
    next: (_, businessKeyFile, { clientId, keyId }) => [
      step(
        "to compare a purchase list with Apple Business, using this key",
        "購入リストとの照合に使うには",
        line("ade reconcile", ["FILE"], {
          appleBusiness: true,
          businessClientId: String(clientId),
          businessKeyId: String(keyId),
          businessKeyFile,
        }),
      ),
    ],
  }),
  faults: defineStep({
    summary: text("inject faults into the simulator", "シミュレーターで障害を起こす"),
    details: [
      text(
        "Without FAULT, lists the faults that are set. These faults last until --clear: terms, access-denied, inactive, token-rejected, signature-invalid, clock, unreadable-device, throttled, failed and quoted. The others happen once. --count and --always change that.",
        "FAULT を付けないと、設定済みの障害を一覧します。次の障害は --clear するまで続きます: terms, access-denied, inactive, token-rejected, signature-invalid, clock, unreadable-device, throttled, failed, quoted。ほかは 1 回だけ起きます。回数は --count か --always で変えられます。",
      ),
      text(
        "terms: terms and conditions not signed. inactive: the server is inactive. clock: the client's clock is treated as wrong. unauthorized-once: the session ends. rate-limited (429), unavailable (503): with a Retry-After of --seconds. reset: the connection breaks after the request is processed. slow: the response is delayed by --seconds. cut-json: the response is cut off. stuck-cursor: the cursor does not move. duplicate-device: a device is sent twice. unreadable-device: a device record has an invalid date. throttled, failed, left-out: the result for devices in an assignment. quoted: errors are in quotation marks.",
        "terms: 利用規約に未同意。inactive: サーバーが無効。clock: 時計のずれ。unauthorized-once: セッション切れ。rate-limited(429)、unavailable(503): --seconds 秒の Retry-After 付き。reset: 処理のあとに接続が切れる。slow: 応答が --seconds 秒遅れる。cut-json: 応答が途中で切れる。stuck-cursor: カーソルが進まない。duplicate-device: 同じデバイスが 2 回届く。unreadable-device: デバイス情報の日付が読み取れない。throttled、failed、left-out: 割り当て結果でのデバイスごとの応答。quoted: エラーが引用符で囲まれる。",
      ),
    ],
    args: {
      fault: { kind: "choice", choices: FAULT_NAMES, value: "FAULT", about: text("type of fault", "障害の種類") },
    },
    options: {
      count: { kind: "number", min: 1, about: text("number of times the fault happens", "起きる回数") },
      always: { kind: "boolean", about: text("repeat until --clear", "--clear するまで続ける") },
      after: {
        kind: "number",
        default: 0,
        about: text("number of requests that succeed first", "起きるまでに成功する要求の数"),
      },
      path: {
        kind: "string",
        value: "PATH",
        about: text(
          "only for paths that start with PATH, such as /devices/sync",
          "対象のパスの先頭(例: /devices/sync)",
        ),
      },
      seconds: {
        kind: "number",
        max: 86_400,
        about: text("length of Retry-After or of the delay, in seconds", "Retry-After や遅延の秒数"),
      },
      serial: {
        kind: "string",
        value: "SERIAL",
        repeatable: true,
        about: text("only for this device", "対象のデバイス"),
      },
      clear: { kind: "boolean", about: text("clear all faults", "すべての障害を解除する") },
    },
    examples: [
      { line: "clomoctl ade simulator do faults terms --url http://127.0.0.1:8600" },
      { line: "clomoctl ade simulator do faults --clear --url http://127.0.0.1:8600" },
    ],
    excludes: [["count", "always"]],
    check({ fault, clear }) {
      if (fault === undefined || !clear) return;
      throw new Failure("usage", {
        what: text("--clear cannot be used with FAULT", "--clear と FAULT は同時に指定できません"),
      });
    },
    request({ fault, count, always, after, path, seconds, serial, clear }) {
      if (clear) return { method: "DELETE", path: "/faults" };
      if (fault === undefined) return { method: "GET", path: "/faults" };
      const serials = serial.length === 0 ? undefined : serial;
      return createPostRequest("/faults", { fault, count, lasting: always, after, path, seconds, serials });
    },
    columns: FAULT_COLUMNS,
    next: ({ fault, url }) =>
      fault === undefined
        ? []
        : [
            step("to trigger the fault", "障害を起こしてみるには", line("ade sync", [])),
            step("to clear the fault", "解除するには", line("ade simulator do faults", [], { clear: true, url })),
          ],
  }),
  "push-certificate": defineStep({
    summary: text(
      "get a push certificate from the simulator instead of Apple's portal",
      "シミュレーターからプッシュ通知証明書を取得する(Apple のポータルの代わり)",
    ),
    details: [
      text(
        'Without --renew, the certificate gets a new topic, as with "Create a Certificate" at Apple. With --renew, it keeps the topic of the earlier certificate, as with "Renew". The simulator\'s own certificate authority signs it.',
        "--renew を付けないと新しいトピックになり(Apple の「Create a Certificate」に当たります)、付けると前の証明書のトピックのままです(「Renew」に当たります)。署名するのはシミュレーター自身の認証局です。",
      ),
    ],
    args: {},
    options: {
      csr: {
        kind: "file",
        value: "CSR",
        required: true,
        about: text("CSR file, with or without a vendor signature", "CSR ファイル(ベンダー署名の有無は問いません)"),
      },
      renew: {
        kind: "string",
        value: "TOPIC|SERIAL",
        about: text("renew the certificate with this topic or serial number", "更新する証明書のトピックかシリアル番号"),
      },
    },
    examples: [
      {
        line: "clomoctl ade simulator do push-certificate --csr CertificateSigningRequest.csr --url http://127.0.0.1:8600",
      },
    ],
    isPublic: true,
    request: async ({ csr, renew }, read) =>
      createPostRequest("/push-certificates", { csr: (await read(csr)).toString("latin1"), renew }),
    file: "MDM_SIMULATOR_Certificate.pem",
    next: (_, file) => [
      step(
        "to upload the certificate to the tenant",
        "テナントに証明書を取り込むには",
        line("push-certificate upload", [file], { appleAccount: "ADDRESS" }),
      ),
    ],
  }),
  token: defineStep({
    summary: text(
      "download a server token from the simulator instead of Apple's portal",
      "シミュレーターからサーバートークンをダウンロードする(Apple のポータルの代わり)",
    ),
    details: [
      text(
        "As at Apple, a new token immediately invalidates the server's previous token. A token from the simulator cannot be used at Apple.",
        "Apple と同じく、新しいトークンを作成すると、そのサーバーの前のトークンはすぐに無効になります。シミュレーターのトークンは Apple では使えません。",
      ),
    ],
    args: {},
    options: {
      publicKey: {
        kind: "file",
        value: "FILE",
        required: true,
        about: text("public key file (a certificate in PEM format)", "公開鍵ファイル(PEM 形式の証明書)"),
      },
      server: {
        kind: "string",
        value: "NAME",
        about: text(
          "name of another MDM server (created if it does not exist)",
          "別の MDM サーバのトークン(なければ作成)",
        ),
      },
      admin: {
        kind: "string",
        value: "ADDRESS",
        about: text(
          "email address of the administrator who downloads the token",
          "ダウンロードする管理者のメールアドレス",
        ),
      },
    },
    examples: [
      {
        line: "clomoctl ade simulator do token --public-key CLOMO_ADE_PublicKey.pem --url http://127.0.0.1:8600",
      },
    ],
    isPublic: true,
    request: async ({ publicKey, server, admin }, read) =>
      createPostRequest("/tokens", { certificate: (await read(publicKey)).toString("utf8"), server, admin }),
    file: "SIMULATOR_Token_smime.p7m",
    next: (_, file) => [step("to set the token", "トークンを設定するには", line("ade token set", [file]))],
  }),
  "vpp-token": defineStep({
    summary: text(
      "download a content token (VPP) from the simulator",
      "シミュレーターからサービストークン(VPP)をダウンロードする",
    ),
    args: {},
    options: {
      org: {
        kind: "string",
        value: "NAME",
        required: true,
        about: text("name of the location", "トークンの場所(組織)の名前"),
      },
      otherMdm: {
        kind: "boolean",
        about: text(
          "mark the location as used by another MDM (default: used by none)",
          "この場所を別の MDM が使用中とする(既定: どの MDM も使用していない)",
        ),
      },
    },
    examples: [{ line: "clomoctl ade simulator do vpp-token --org 全社 --url http://127.0.0.1:8600" }],
    request: ({ org, otherMdm }) => createPostRequest("/vpp-tokens", { org, holder: otherMdm ? OTHER_MDM : null }),
    file: "sToken_for_SIMULATOR_.vpptoken",
    next: ({ org }, file) => [
      step("to set the token", "トークンを設定するには", line("vpp tokens set", [file], { org })),
    ],
  }),
});
