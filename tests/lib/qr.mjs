// Reads a QR code from the screen, like a phone.
import jsQR from "jsqr";

export async function readQrCode(browser, locator) {
  const picture = (await locator.screenshot()).toString("base64");
  const page = await browser.newPage();
  try {
    const { data, width, height } = await page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return {
        data: [...context.getImageData(0, 0, image.width, image.height).data],
        width: image.width,
        height: image.height,
      };
    }, picture);
    return jsQR(Uint8ClampedArray.from(data), width, height)?.data;
  } finally {
    await page.close();
  }
}
