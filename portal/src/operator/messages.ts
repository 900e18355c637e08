import { loaded, type MessageFile } from '../i18n/languages.ts';
import type { OwnMessages } from '../app/texts.ts';

const english = import.meta.glob<MessageFile>('../../messages/en/operator.json', { eager: true });
const others = import.meta.glob<MessageFile>([
  '../../messages/*/operator.json',
  '!../../messages/en/operator.json',
]);
const ENGLISH = Object.values(english)[0]!.default;

/** The texts of the console. */
export const OPERATOR_MESSAGES: OwnMessages = {
  english: ENGLISH,
  load: (language) => (language === 'en' ? Promise.resolve(ENGLISH) : loaded(others, language)),
};
