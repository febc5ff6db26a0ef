import { same, text, type Text } from "../text/index.ts";
import { SECURED_USER } from "../nouns/secured-user.ts";
import type { RecordType } from "../model/thing.ts";
import { getActionPrefix, NOUNS } from "../nouns/index.ts";

const ACTION_OBJECTS: ReadonlyMap<string, Text> = new Map<string, Text>([
  ...NOUNS.map((noun: RecordType) => [getActionPrefix(noun), noun.audited?.single ?? noun.single] as const),
  ["secured", SECURED_USER.audited.single],
  ["handover", text("bundle", "引き継ぎデータ")],
  ["layouts", text("layout", "レイアウト")],
  ["ade", same("ADE")],
  ["audit", text("audit log", "監査ログ")],
]);

const ACTION_VERBS: Readonly<Record<string, Text>> = {
  add: text("add", "を追加"),
  create: text("create", "を作成"),
  edit: text("edit", "を編集"),
  set: text("set", "を変更"),
  move: text("move", "を移動"),
  tag: text("set tags of", "のタグを変更"),
  "set-owner": text("set owner of", "の所有者を変更"),
  delete: text("delete", "を削除"),
  remove: text("remove", "を削除"),
  learn: text("learn", "を登録"),
  "reset-password": text("reset password of", "のパスワードを再設定"),
  renew: text("renew", "の更新を記録"),
  export: text("export", "を書き出し"),
  receive: text("receive", "を受け取り"),
};

const SPECIAL_ACTION_NAMES: Readonly<Record<string, Text>> = {
  "accounts.send-code": text("send password reset code", "パスワード再設定コードを送信"),
  "accounts.void-code": text("revoke undelivered password reset code", "届かなかったパスワード再設定コードを無効化"),
  "accounts.wrong-code": text("enter a wrong code for a password reset", "誤ったパスワード再設定コードを入力"),
  "accounts.transfer": text("transfer to successor", "後任に引き継ぎ"),
  "accounts.revoke": text("revoke role", "管理者権限を解除"),
  "users.leave": text("revoke roles and access of leavers", "退職者の権限などを解除"),
  "accounts.settings": text("change account settings", "アカウント設定を変更"),
  "devices.action": text("record action on device", "デバイスの操作を記録"),
  "ade.endpoint": text("set ADE endpoint", "ADE の接続先を変更"),
  "ade.keypair": text("create ADE key pair", "ADE の鍵ペアを作成"),
  "ade.token": text("set ADE server token", "ADE サーバートークンを設定"),
  "ade.business-key": text("set Apple Business API key", "Apple Business API の鍵を設定"),
  "ade.sync": text("sync ADE devices", "ADE デバイスを同期"),
  "administrators.confirm": text("record administrators as confirmed", "管理者を確認済みとして記録"),
  "console.confirm": text("confirm task", "作業の完了を確認"),
  "console.drop": text("drop task", "作業を取り下げ"),
  "console.upload": text("write files for the console", "アップロード用ファイルを書き出し"),
  "console.sync": text("import a console export", "管理画面のエクスポートを取り込み"),
  "imports.commit": text("commit import", "インポートを適用"),
  undo: text("undo", "変更を取り消し"),
  "sessions.create": text("sign in", "サインイン"),
  "sessions.end": text("sign out", "サインアウト"),
  "jobs.remove": text("forget job", "自動実行の記録を削除"),
  "access-tokens.create": text("create access token", "アクセストークンを作成"),
  "access-tokens.revoke": text("revoke access token", "アクセストークンを失効"),
};

/** Returns an unknown action unchanged, because a newer version of clomoctl may have recorded it. */
export const getActionName = (action: string): Text => {
  const end = action.lastIndexOf(".");
  const [noun, verb] = [ACTION_OBJECTS.get(action.slice(0, end)), ACTION_VERBS[action.slice(end + 1)]];
  const own = SPECIAL_ACTION_NAMES[action];
  if (own !== undefined) return own;
  return noun === undefined || verb === undefined
    ? same(action)
    : text(`${verb.en} ${noun.en}`, `${noun.ja}${verb.ja}`);
};
