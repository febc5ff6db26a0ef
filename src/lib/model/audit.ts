import { same, text, type Text } from "../text/index.ts";

/** What actions are done to, by the first part of their names. */
const NOUNS: Readonly<Record<string, Text>> = {
  users: text("user", "ユーザー"),
  orgs: text("organisation", "組織"),
  devices: text("device", "デバイス"),
  secured: text("SECURED APPs user", "SECURED APPs ユーザー"),
  "secured.users": text("SECURED APPs user", "SECURED APPs ユーザー"),
  "secured.groups": text("SECURED APPs group", "SECURED APPs グループ"),
  fields: text("custom field", "カスタム項目"),
  accounts: text("CLOMO account", "CLOMO アカウント"),
  tenant: text("tenant", "テナント情報"),
  renewals: text("renewal", "更新期限"),
  answers: text("answers", "引き継ぎの回答"),
  ade: text("ADE", "ADE"),
  audit: text("audit", "監査ログ"),
};

/** What is done, by the last part of an action's name. */
const VERBS: Readonly<Record<string, Text>> = {
  add: text("add", "を追加"),
  create: text("create", "を作成"),
  edit: text("edit", "を編集"),
  set: text("set", "を変更"),
  move: text("move", "を移動"),
  tag: text("tag", "のタグを変更"),
  "set-owner": text("set owner of", "の所有者を変更"),
  delete: text("delete", "を削除"),
  remove: text("remove", "を削除"),
  "reset-password": text("reset password of", "のパスワードを再設定"),
  confirm: text("confirm", "の実施を記録"),
  export: text("export", "を書き出し"),
};

/** Actions that are called otherwise. */
const OWN: Readonly<Record<string, Text>> = {
  "accounts.send-code": text("send code for new password", "パスワード再設定コードを送信"),
  "accounts.void-code": text("void code that could not be sent", "送信できなかったコードを無効化"),
  "accounts.wrong-code": text("wrong code for new password", "パスワード再設定コードの誤り"),
  "accounts.create": text("create account", "アカウントを作成"),
  "accounts.edit": text("edit account", "アカウントを編集"),
  "accounts.grant": text("grant role", "管理者権限を付与"),
  "accounts.transfer": text("give to successor", "後任に引き継ぎ"),
  "accounts.revoke": text("revoke role", "管理者権限を解除"),
  "roles.schemes.create": text("create scheme", "スキームを作成"),
  "roles.schemes.edit": text("edit scheme", "スキームを編集"),
  "roles.schemes.delete": text("delete scheme", "スキームを削除"),
  "accounts.settings": text("set account settings", "アカウント設定を変更"),
  "ade.endpoint": text("set ADE endpoint", "ADE の接続先を変更"),
  "ade.keypair": text("make ADE key pair", "ADE の公開鍵を作成"),
  "ade.token": text("set ADE server token", "ADE サーバートークンを設定"),
  "ade.register": text("register devices of a sync", "同期したデバイスを事前登録"),
  "ade.sync": text("sync with Apple", "ADE デバイスを同期"),
  "ade.profiles.create": text("make ADE profile", "ADE プロファイルを作成"),
  "ade.profiles.delete": text("delete ADE profile", "ADE プロファイルを削除"),
  "ade.profiles.assign": text("assign ADE profile", "ADE プロファイルを割り当て"),
  "ade.profiles.unassign": text("take ADE profile away", "ADE プロファイルの割り当てを解除"),
  "ade.profiles.automatic": text("set automatic ADE profile", "自動適用の ADE プロファイルを設定"),
  "ade.profiles.disabled": text("ADE profile disabled by Apple", "ADE プロファイルが Apple 側で無効化"),
  "ade.release": text("confirm release of devices", "ADE デバイスの解除を確認"),
  "administrators.mark": text("mark administrators", "管理者の印を変更"),
  "console.confirm": text("confirm task", "作業の完了を確認"),
  "console.drop": text("drop task", "作業を取り下げ"),
  "push-certificate.request": text("make signing request", "CSR を作成"),
  "push-certificate.upload": text("upload push certificate", "プッシュ通知証明書をアップロード"),
  "push-certificate.profile-password": text("set profile password", "プロファイル用パスワードを設定"),
  "handover.apply": text("apply bundle", "引き継ぎデータを適用"),
  "vpp.set": text("set content token", "VPP サービストークンを設定"),
  "imports.commit": text("commit import", "インポートを確定"),
  "imports.emit": text("write for console", "管理画面用に出力"),
  "imports.verify": text("verify upload", "照合して確定"),
  "imports.accept": text("accept unverified", "未照合のまま確定"),
  "imports.discard": text("discard upload", "アップロードを破棄"),
  undo: text("undo", "変更を取り消し"),
};

/** What people read of an action; one of a newer program stands as it is. */
export const actionName = (action: string): Text => {
  const end = action.lastIndexOf(".");
  const [noun, verb] = [NOUNS[action.slice(0, end)], VERBS[action.slice(end + 1)]];
  const own = OWN[action];
  if (own !== undefined) return own;
  return noun === undefined || verb === undefined
    ? same(action)
    : text(`${verb.en} ${noun.en}`, `${noun.ja}${verb.ja}`);
};
