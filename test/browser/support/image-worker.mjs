// The work on pixels, in a thread of its own: inside jest, each use of a global such as `Math` is slow, and an image has a million pixels.
import { parentPort } from 'node:worker_threads';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

/** Pixels of an image are averaged in squares of this size: letters become grey lines, so their exact edges do not matter. */
const REDUCTION = 4;
/** Difference of two colours that counts as one, 0 to 1, as `pixelmatch` measures it. */
const COLOUR_THRESHOLD = 0.05;
/** Colours are rounded to multiples of this number, so that images compress well. Nobody sees it. */
const COLOUR_STEP = 8;

const WORK = {
  /** The reduced image, as a file. */
  reduce: (file) => packed(reduced(file)),

  /** The share of pixels in which an image differs from a reduced one, 0 to 1, and an image that shows them in red. */
  compare: (expectedFile, file) => {
    const [expected, actual] = [PNG.sync.read(Buffer.from(expectedFile)), reduced(file)];
    const { width, height } = actual;
    if (expected.width !== width || expected.height !== height) return { share: 1, image: packed(actual) };
    const image = new PNG({ width, height });
    const options = { threshold: COLOUR_THRESHOLD, includeAA: true };
    const count = pixelmatch(expected.data, actual.data, image.data, width, height, options);
    return { share: count / (width * height), image: packed(image) };
  },

  /** The same image in about half of the bytes. */
  shrink: (file) => {
    const image = PNG.sync.read(Buffer.from(file));
    for (let index = 0; index < image.data.length; index += 1) image.data[index] = rounded(image.data[index]);
    return packed(image);
  },
};

/** Averages the pixels in squares. A rest at the right and lower edge is left out. */
function reduced(file) {
  const { data, width, height } = PNG.sync.read(Buffer.from(file));
  const small = new PNG({ width: Math.floor(width / REDUCTION), height: Math.floor(height / REDUCTION) });
  for (let y = 0; y < small.height; y += 1)
    for (let x = 0; x < small.width; x += 1)
      for (let channel = 0; channel < 4; channel += 1) {
        let sum = 0;
        for (let row = y * REDUCTION; row < (y + 1) * REDUCTION; row += 1)
          for (let column = x * REDUCTION; column < (x + 1) * REDUCTION; column += 1)
            sum += data[(row * width + column) * 4 + channel];
        small.data[(y * small.width + x) * 4 + channel] = rounded(sum / REDUCTION ** 2);
      }
  return small;
}

const rounded = (value) => Math.min(255, Math.round(value / COLOUR_STEP) * COLOUR_STEP);

/** Writes an image without transparency, as small as possible. */
const packed = (image) =>
  PNG.sync.write(image, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: -1 });

parentPort.on('message', ({ name, files }) => {
  try {
    parentPort.postMessage({ result: WORK[name](...files) });
  } catch (error) {
    parentPort.postMessage({ error });
  }
});
