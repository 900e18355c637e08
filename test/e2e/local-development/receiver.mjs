// receiver.mjs
import { WebhookReceiver } from 'nestjs-tillhook/testing';

const secret = process.env.SIGNING_SECRET; // without it nothing is verified
const receiver = await WebhookReceiver.start({
  port: Number(process.env.PORT ?? 4000),
  ...(secret && { secret }),
});
receiver.respond({ status: Number(process.env.STATUS ?? 204) });
console.log(`Listening on ${receiver.url}`);

let printed = 0;
setInterval(() => {
  for (const { action, attempt, isVerified, json } of receiver.requests.slice(printed)) {
    console.log(action, `attempt ${attempt}`, isVerified ? 'verified' : 'not verified', JSON.stringify(json));
  }
  printed = receiver.requests.length;
}, 100);
