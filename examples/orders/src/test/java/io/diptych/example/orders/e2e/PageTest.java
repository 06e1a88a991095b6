package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.example.orders.e2e.RunningDemo.Demo;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;

/** The page, in Debian's Chromium. Leaves screenshots in {@code target/screenshots}. */
@ExtendWith(RunningDemo.class)
@ResourceLock(RunningDemo.LOCK)
class PageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    @TempDir
    private Path profile;

    private ChromeDriver browser;

    @BeforeEach
    void open(Demo demo) {
        Assumptions.assumeTrue(Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER), "needs Chromium");
        var options = new ChromeOptions()
                .setBinary(CHROMIUM.toFile())
                .addArguments(
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--window-size=1200,1500",
                        "--user-data-dir=" + profile);
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .build();
        browser = new ChromeDriver(service, options);
        browser.get(demo.api().url().resolve("/").toString());
        await().atMost(PATIENCE)
                .until(() -> !browser.findElements(By.id("field-orderId")).isEmpty());
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.quit();
        }
    }

    @Test
    void an_event_source_is_told_of_a_row_when_it_changes(Demo demo) throws Exception {
        String id = "watched-" + UUID.randomUUID().toString().substring(0, 8);
        browser.executeScript(
                "window.told = []; const rows = new EventSource(arguments[0]);"
                        + " for (const kind of ['row', 'complete', 'changed', 'reset']) rows.addEventListener(kind,"
                        + " e => told.push(kind + ' ' + (e.lastEventId !== '') + ' ' + e.data))",
                "/api/read-models/order_summary/stream?orderId=" + id);
        await().atMost(PATIENCE).until(() -> told().equals(List.of("complete true {}")));

        demo.api().send("CreateOrder", "{\"orderId\":\"" + id + "\",\"product\":\"Widget\",\"quantity\":2}");

        await().atMost(PATIENCE).until(() -> told().size() == 2);
        assertThat(told().getLast()).startsWith("changed true {").contains(id, "CREATED");
    }

    private List<String> told() {
        return ((List<?>) browser.executeScript("return told"))
                .stream().map(String::valueOf).toList();
    }

    @Test
    void an_order_placed_with_the_keyboard_is_followed_step_by_step_to_its_row() throws IOException {
        String id = "page-" + UUID.randomUUID().toString().substring(0, 8);
        type("orderId", id);
        type("quantity", "3");
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(flow())
                        .anyMatch(step -> step.contains("orders.order.commands"))
                        .anyMatch(step -> step.contains("orders.order.events"))
                        .anyMatch(step -> step.contains("order_summary"))
                        .anyMatch(step -> step.contains("product_demand")));
        await().atMost(PATIENCE)
                .until(() -> text("rows").contains("CREATED") && text("rows").contains(id));
        screenshot("order-placed");
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
    }

    @Test
    void a_refusal_is_said_beside_the_form_with_the_value() throws IOException {
        type("quantity", "0");
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);

        await().atMost(PATIENCE).until(() -> text("problem").contains("[0] must be positive"));
        screenshot("order-refused");
    }

    @Test
    void the_page_fits_a_narrow_screen_and_every_input_has_a_label() throws IOException {
        browser.manage().window().setSize(new org.openqa.selenium.Dimension(500, 900));

        Number overflow = (Number) browser.executeScript(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth");

        assertThat(overflow.intValue()).isLessThanOrEqualTo(0);
        for (WebElement input : browser.findElements(By.cssSelector("input, select"))) {
            assertThat(browser.findElements(By.cssSelector("label[for='" + input.getAttribute("id") + "']")))
                    .as("label of %s", input.getAttribute("id"))
                    .hasSize(1);
        }
        screenshot("narrow");
    }

    private void type(String field, String value) {
        WebElement input = browser.findElement(By.id("field-" + field));
        input.clear();
        input.sendKeys(value);
    }

    private String text(String id) {
        return browser.findElement(By.id(id)).getText();
    }

    private List<String> flow() {
        return browser.findElements(By.cssSelector("#flow tbody tr")).stream()
                .map(WebElement::getText)
                .toList();
    }

    private void screenshot(String name) throws IOException {
        File taken = browser.getScreenshotAs(OutputType.FILE);
        Path folder = Files.createDirectories(Path.of("target/screenshots"));
        Files.copy(taken.toPath(), folder.resolve(name + ".png"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
}
