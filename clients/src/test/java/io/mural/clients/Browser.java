package io.mural.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The machine's Chromium without a window. */
final class Browser implements AutoCloseable {
    private static final List<String> CHROMIUM =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final long PATIENCE_NANOS = 600_000_000_000L;

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts it; a test without it is left out. */
    static Browser open(Path profile) {
        var binary = CHROMIUM.stream()
                .filter(each -> Files.isExecutable(Path.of(each)))
                .findFirst();
        Programs.assume(
                binary.isPresent() && Files.isExecutable(DRIVER),
                "there is no Chromium with its driver (Debian: chromium, chromium-driver)");
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        var options = new ChromeOptions();
        options.setBinary(binary.orElseThrow());
        options.setCapability("goog:loggingPrefs", logs);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--lang=en",
                "--user-data-dir=" + profile.toAbsolutePath());
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    void go(String url) {
        driver.get(url);
    }

    void reload() {
        driver.navigate().refresh();
    }

    /** Size of the page in pixels, and whether the user likes it dark. */
    void look(int width, int height, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    byte[] screenshot() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    /** The value of a JavaScript expression. */
    Object value(String script) {
        return driver.executeScript("return " + script);
    }

    /** The element of a CSS selector, once it is there and can be seen. */
    WebElement see(String selector) {
        return await(selector, () -> shown(selector));
    }

    private Optional<WebElement> shown(String selector) {
        try {
            return driver.findElements(By.cssSelector(selector)).stream()
                    .filter(WebElement::isDisplayed)
                    .findFirst();
        } catch (StaleElementReferenceException e) {
            // The page has drawn itself anew meanwhile.
            return Optional.empty();
        }
    }

    void click(String selector) {
        await(
                "to click " + selector,
                () -> shown(selector).map(element -> {
                    try {
                        element.click();
                        return true;
                    } catch (StaleElementReferenceException e) {
                        return null;
                    }
                }));
    }

    /** Presses the pointer at one place of an element and lets it go at another, both from its middle. */
    void drag(String selector, int fromX, int fromY, int toX, int toY) {
        new Actions(driver)
                .moveToElement(see(selector), fromX, fromY)
                .clickAndHold()
                .moveByOffset(toX - fromX, toY - fromY)
                .release()
                .perform();
    }

    /** Waits until a JavaScript expression holds. */
    void until(String script) {
        await(script, () -> Optional.of(value(script)).filter(Boolean.TRUE::equals));
    }

    private <T> T await(String what, Supplier<Optional<T>> look) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() < end) {
            var found = look.get();
            if (found.isPresent()) {
                return found.get();
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("not seen in time: " + what + "; the page says: " + value("document.body.innerText"));
    }

    /** What the page complained of, a line each. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getMessage())
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
