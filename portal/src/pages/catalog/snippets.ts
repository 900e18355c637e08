/** How receivers in several languages verify a request with the library of Standard Webhooks. */
export const SNIPPETS: readonly { readonly language: string; readonly code: string }[] = [
  {
    language: 'Node.js',
    code: `import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
// The raw text of the body, before any parser has changed it.
const event = webhook.verify(rawBody, request.headers);`,
  },
  {
    language: 'Python',
    code: `import os
from standardwebhooks.webhooks import Webhook

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
event = webhook.verify(raw_body, headers)`,
  },
  {
    language: 'PHP',
    code: `$webhook = new \\StandardWebhooks\\Webhook(getenv('WEBHOOK_SECRET'));
$event = $webhook->verify($rawBody, $headers);`,
  },
  {
    language: 'Go',
    code: `wh, err := standardwebhooks.NewWebhook(os.Getenv("WEBHOOK_SECRET"))
if err != nil {
	return err
}
err = wh.Verify(rawBody, request.Header)`,
  },
  {
    language: 'Ruby',
    code: `webhook = StandardWebhooks::Webhook.new(ENV['WEBHOOK_SECRET'])
event = webhook.verify(raw_body, headers)`,
  },
];
